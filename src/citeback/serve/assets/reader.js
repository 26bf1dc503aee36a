// The reader pane: what it shows, which passage is marked, how it opens and closes.
// Runs inside gr.HTML, which gives it `element`, `props`, `trigger` and `watch`.

const {
  t, make, button, place, kept, keep, drawBlock, markPassage, drawHead, drawTools, drawSteps,
  closeButton, drawChange, drawMap, markMap, moveViewport, drawOutline, drawFind, drawSelectionBar,
  drawPages, look,
} = window.citeback;
const pane = element.querySelector('.reader');
const status = element.querySelector('[role=status]');
const narrow = matchMedia('(max-width: 820px)');
const SIZES = [14, 15, 16, 17, 18, 20, 22, 25, 28]; // pixels
const USUAL_SIZE = 3;

let shown = null; // the view that is drawn
let active = 0; // the number of the passage that is marked in it
let wanted = ''; // what the newest request asked for; older replies are dropped
let opener = null; // how to find the button that opened the source
let tools = {}; // of the drawn text: find, outline, selection
let drawing = new AbortController(); // ends the listeners of what was drawn before
const lastActive = new Map(); // the passage last marked of each turn

// One set of listeners, even if the component is mounted again.
if (window.citebackReader) window.citebackReader.abort();
window.citebackReader = new AbortController();
const { signal } = window.citebackReader;

function say(text) {
  status.textContent = '';
  requestAnimationFrame(() => { status.textContent = text; });
}

// ---- drawing

function drawEmpty(message) {
  const head = make('div', 'reader-head');
  head.append(make('h2', 'reader-title', t('source')), closeButton(close));
  tools = {};
  pane.classList.remove('as-page');
  pane.replaceChildren(head, make('p', 'reader-empty', message));
  pane.dataset.ready = '';
}

function drawDocument(view) {
  const text = make('div', 'reader-text');
  text.tabIndex = 0;
  text.setAttribute('role', 'region');
  text.setAttribute('aria-label', t('text_of', { title: view.title }));
  if (view.notice) text.append(make('p', 'reader-notice', t(view.notice)));
  if (view.earlier >= 0) text.append(moreButton(t('earlier'), view.earlier));
  for (const block of view.blocks) text.append(drawBlock(block));
  if (view.later >= 0) text.append(moreButton(t('later'), view.later));

  const map = make('div', 'reader-map');
  map.setAttribute('role', 'group');
  map.setAttribute('aria-label', t('where_passages'));
  const redraw = () => {
    drawMap(text, map, view.cited, activate);
    markMap(map, active);
  };
  drawing.abort();
  drawing = new AbortController();
  const selection = drawSelectionBar(text, view, {
    close: () => { if (narrow.matches) close(); },
    signal: drawing.signal,
  });
  const body = make('div', 'reader-body');
  body.append(text, map, selection.bar);
  const pages = view.pages
    ? drawPages(view, { changed: () => showActive(true), signal: drawing.signal })
    : null;
  if (pages) body.append(pages.sheet);
  tools = {
    map,
    pages,
    selection,
    outline: drawOutline(view.outline, { go: goTo, signal: drawing.signal }),
    find: drawFind(text, {
      part: partOf(view),
      scrollTo: (range) => scrollTo(text, range),
      openAt: (around) => openPart(around, true),
      signal: drawing.signal,
    }),
  };
  const row = drawTools(tools, resize);
  row.append(drawSteps(view.stops, active, step));
  // Above the text, not in it: it is in sight wherever the text is scrolled to.
  const note = view.change
    ? [drawChange(view.change, request, view.version ? view.document : '')]
    : [];
  pane.replaceChildren(drawHead(view, close), row, ...note, body);
  redraw();
  text.addEventListener('scroll', () => moveViewport(text, map), { passive: true });
  new ResizeObserver(redraw).observe(text);
}

function moreButton(label, around) {
  return button('plain reader-more', label, '', () => openPart(around));
}

function openPart(around, quiet = false) {
  const { turn, document: path, version } = shown;
  if (!version) {
    request({ turn, number: active, document: path, around }, quiet);
    return;
  }
  const [start, end] = shown.cited.length > 0 ? shown.cited[0].best : [-1, -1];
  request({ document: path, start, end, version, around }, quiet);
}

// What is drawn of a document, or null if that is all of it.
function partOf({ document: path, earlier, later }) {
  if (earlier < 0 && later < 0) return null;
  return { document: path, start: Math.max(0, earlier), end: later };
}

// ---- the size of the letters

function resize(by) {
  const size = Math.max(0, Math.min(SIZES.length - 1, kept('size', USUAL_SIZE) + by));
  keep('size', size);
  pane.style.setProperty('--reading-size', `${SIZES[size] || SIZES[USUAL_SIZE]}px`);
  pane.style.setProperty('--page-zoom', (SIZES[size] / SIZES[USUAL_SIZE]) ** 2);
  if (by) say(`${SIZES[size]} px`);
}

// ---- which passage is marked

function showActive(focus) {
  const asPage = Boolean(tools.pages) && look() === 'page';
  pane.classList.toggle('as-page', asPage);
  if (asPage) {
    const cited = shown.cited.find((one) => one.number === active);
    tools.pages.show(cited, shown.around);
    if (focus) tools.pages.sheet.focus({ preventScroll: true });
    pane.dataset.ready = `${shown.key}`;
    return;
  }
  const text = pane.querySelector('.reader-text');
  const first = pane.querySelector('mark.best') || pane.querySelector('mark.active');
  if (first) {
    scrollTo(text, first);
    if (focus) {
      first.tabIndex = -1;
      first.focus({ preventScroll: true });
      flash();
    }
  } else {
    if (shown.around > 0) scrollTo(text, blockAt(shown.around));
    if (focus) text.focus({ preventScroll: true });
  }
  pane.dataset.ready = `${shown.key}`;
}

function flash() {
  for (const mark of pane.querySelectorAll('mark.best')) {
    mark.classList.remove('flash');
    void mark.offsetWidth; // restarts the animation
    mark.classList.add('flash');
  }
}

// The drawn block in which an offset lies.
function blockAt(offset) {
  const blocks = [...pane.querySelectorAll('.block')];
  return blocks.findLast((block) => Number(block.dataset.start) <= offset) || blocks[0];
}

// Not scrollIntoView, which would scroll the page as well. A third from the top.
function scrollTo(text, target) {
  if (!target) return;
  const offset = target.getBoundingClientRect().top - text.getBoundingClientRect().top;
  text.scrollTop += offset - text.clientHeight * 0.3;
}

// To a heading, drawn or not.
function goTo(start) {
  if (pane.classList.contains('as-page')) {
    tools.pages.show(null, start);
    return;
  }
  const node = pane.querySelector(`.block[data-start="${start}"]`);
  if (!node) {
    request({ document: shown.document, around: start });
    return;
  }
  scrollTo(pane.querySelector('.reader-text'), node);
  node.tabIndex = -1;
  node.focus({ preventScroll: true });
}

function step(by) {
  if (!shown) return;
  const number = shown.stops[shown.stops.indexOf(active) + by];
  if (number !== undefined) activate(number);
}

// Another passage of the document that is already drawn, or else from the server.
function activate(number) {
  if (!isDrawn(number)) {
    request({ turn: shown.turn, number });
    return;
  }
  active = number;
  if (shown.turn >= 0) shown = { ...shown, active, key: `${shown.turn}:${number}` };
  wanted = shown.key;
  pane.querySelector('.reader-steps').replaceWith(drawSteps(shown.stops, active, step));
  markPassage(pane, active);
  markMap(tools.map, active);
  showActive(true);
  press();
  announce();
  remember();
}

// A near-duplicate's place carries its passage's number, but is not that passage.
function isDrawn(number) {
  const duplicate = shown.turn >= 0 && shown.key.split(':').length > 2;
  return !duplicate && pane.querySelector(`mark[data-cited~="${number}"]`) !== null;
}

function announce() {
  const cited = shown.cited.find((one) => one.number === active);
  const said = cited && shown.turn >= 0
    ? t('passage_announced', { number: active, place: place(cited), title: shown.title })
    : shown.title;
  say(said);
}

// The citation buttons of the conversation show which one is open.
function press() {
  const key = shown ? shown.key : '';
  for (const one of document.querySelectorAll('#chat button.cite')) {
    one.setAttribute('aria-pressed', keyOf(one.dataset) === key);
  }
}

const keyOf = ({ turn, n, also }) => `${turn}:${n}${also === undefined ? '' : `:${also}`}`;

// The marked quotation, to find it again however the document is edited.
function quoted() {
  const one = shown.cited.find((cited) => cited.number === active);
  if (!one || shown.version) return {};
  const quote = [...pane.querySelectorAll('mark.best')].map((mark) => mark.textContent).join('');
  const [start, end] = one.best;
  return { start, end, state: shown.state, quote, copies: '0.0' };
}

// What is shown is kept with the conversation.
function remember() {
  if (shown && shown.turn >= 0) lastActive.set(shown.turn, active);
  const detail = shown && {
    turn: shown.turn, number: active, document: shown.document, around: shown.around, ...quoted(),
  };
  document.dispatchEvent(new CustomEvent('citeback:shown', { detail }));
}

// ---- opening and closing

// Asks the server for a view; a quiet one does not take the focus.
function request(asked, quiet = false) {
  const { turn = -1, number = 0, also = -1, document: path = '', around = -1 } = asked;
  const span = `${path}:${asked.start}-${asked.end}`;
  if (asked.version) wanted = `${span}@${asked.version}:${around}`;
  else if (asked.end > asked.start) wanted = span;
  else if (turn < 0) wanted = `${path}:${Math.max(0, around)}`;
  else wanted = keyOf({ turn, n: number, also: also < 0 ? undefined : also });
  trigger('source', { wanted: { turn, number, also, document: path, around, ...asked }, quiet });
}

function setOpen(open) {
  pane.classList.toggle('open', open);
  const covered = open && narrow.matches;
  for (const id of ['#left', '#header']) {
    const node = document.querySelector(id);
    if (node) node.inert = covered;
  }
}

// The conversation may have been redrawn since, so the button is looked up again.
function close() {
  setOpen(false);
  if (opener) {
    const target = opener.node.isConnected
      ? opener.node
      : document.querySelector(opener.selector);
    if (target) target.focus();
  }
}

function openFrom(node) {
  const { turn, n, also, path } = node.dataset;
  if (path !== undefined) {
    opener = { node: document.querySelector('[data-drawer=library]'), selector: '' };
    request({ document: path });
    return;
  }
  const suffix = also === undefined ? ':not([data-also])' : `[data-also="${also}"]`;
  const selector = `#chat button.cite[data-turn="${turn}"][data-n="${n}"]${suffix}`;
  opener = { node, selector };
  const sameTurn = shown !== null && shown.turn === Number(turn);
  if (sameTurn && also === undefined && isDrawn(Number(n))) {
    setOpen(true);
    activate(Number(n));
  } else {
    request({ turn: Number(turn), number: Number(n), also: also === undefined ? -1 : Number(also) });
  }
}

// Marks an earlier answer's passages again, where one left off.
function comeBack(turn) {
  if (narrow.matches || (shown && shown.turn === turn)) return;
  request({ turn, number: lastActive.get(turn) || 1 }, true);
}

function receive() {
  const value = props.value;
  const view = value ? value.view : null;
  if (value && value.reply && view && view.key !== wanted) return;
  shown = view;
  active = view ? view.active : 0;
  if (view) {
    wanted = view.key;
    drawDocument(view);
    markPassage(pane, active);
    markMap(tools.map, active);
    if (value.opened) setOpen(true);
    showActive(value.opened);
    if (value.opened) announce();
  } else {
    drawEmpty((value && value.problem) || t('source_hint'));
    setOpen(Boolean(value && value.problem && value.opened));
  }
  if (value && (value.said || value.problem)) say(value.said || value.problem);
  if (value) remember();
  press();
  // The conversation is drawn in the same moment, perhaps after this.
  setTimeout(press, 300);
}

// ---- listeners

document.addEventListener('click', (event) => {
  const node = event.target.closest('#chat button.cite, #library [data-path]');
  if (node) openFrom(node);
  else if (event.target === element.querySelector('.scrim')) close();
}, { signal });

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  if (pane.contains(document.activeElement) || (narrow.matches && pane.classList.contains('open'))) close();
}, { signal });

const commands = {
  step,
  open: request,
  'come-back': comeBack,
  outline: () => tools.outline && tools.outline.querySelector('button').click(),
  find: () => tools.find && tools.find.show(true),
  resize,
};
document.addEventListener('citeback:reader', (event) => {
  const [command, ...values] = event.detail;
  commands[command](...values);
}, { signal });

document.addEventListener('selectionchange', () => {
  if (tools.selection) tools.selection.follow();
}, { signal });
document.addEventListener('citeback:say', (event) => say(event.detail), { signal });
document.addEventListener('citeback:fresh', () => lastActive.clear(), { signal });
narrow.addEventListener('change', () => setOpen(pane.classList.contains('open')), { signal });

resize(0);
watch('value', receive);
receive();
