// Draws the reader pane from its value, with textContent only, so that nothing a
// document holds can become markup. Runs inside gr.HTML, which gives it `element`,
// `props`, `trigger` and `watch`.

const pane = element.querySelector('.reader');
const status = element.querySelector('[role=status]');
const narrow = matchMedia('(max-width: 820px)');

let shown = null; // the view that is drawn
let active = 0; // the number of the passage that is marked in it
let wanted = ''; // what the newest click asked for; older replies are dropped
let opener = null; // how to find the button that opened the source

function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  if (tag === 'button') node.type = 'button';
  return node;
}

function button(className, text, label, onClick) {
  const node = make('button', className, text);
  if (label) node.setAttribute('aria-label', label);
  node.addEventListener('click', onClick);
  return node;
}

function say(text) {
  status.textContent = '';
  requestAnimationFrame(() => { status.textContent = text; });
}

// ---- drawing

function drawEmpty(message) {
  const head = make('div', 'reader-head');
  head.append(make('h2', 'reader-title', 'Source'), closeButton());
  pane.replaceChildren(head, make('p', 'reader-empty', message));
  pane.dataset.ready = '';
}

function drawDocument(view) {
  const text = make('div', 'reader-text');
  text.tabIndex = 0;
  text.setAttribute('role', 'region');
  text.setAttribute('aria-label', `Text of ${view.title}`);
  if (view.notice) text.append(make('p', 'reader-notice', view.notice));
  if (view.earlier >= 0) text.append(moreButton('Show earlier text', view.earlier));
  for (const block of view.blocks) text.append(drawBlock(block));
  if (view.later >= 0) text.append(moreButton('Show later text', view.later));

  const map = make('div', 'reader-map');
  map.setAttribute('role', 'group');
  map.setAttribute('aria-label', 'Where the passages are');
  const body = make('div', 'reader-body');
  body.append(text, map);
  pane.replaceChildren(drawHead(view), body);
  drawMap(text, map);
  text.addEventListener('scroll', () => moveViewport(text, map), { passive: true });
  new ResizeObserver(() => drawMap(text, map)).observe(text);
}

function drawHead(view) {
  const head = make('div', 'reader-head');
  const titles = make('div', 'reader-titles');
  const title = make('h2', 'reader-title', view.title);
  title.dir = 'auto';
  title.title = view.title;
  titles.append(title, make('p', 'reader-byline', view.byline));
  head.append(titles);
  if (view.stops.length > 0) {
    const position = view.stops.indexOf(active);
    const steps = make('div', 'reader-steps');
    const previous = button('plain', '←', 'Previous cited passage', () => step(-1));
    const next = button('plain', '→', 'Next cited passage', () => step(1));
    previous.disabled = position <= 0;
    next.disabled = position >= view.stops.length - 1;
    steps.append(
      make('span', 'reader-count', `${position + 1} / ${view.stops.length}`),
      previous,
      next,
    );
    head.append(steps);
  }
  head.append(closeButton());
  return head;
}

function closeButton() {
  return button('plain reader-close', '✕', 'Close source', close);
}

function moreButton(label, around) {
  return button('plain reader-more', label, '', () => {
    request({ turn: shown.turn, number: active, document: shown.document, around });
  });
}

function drawBlock(block) {
  const heading = block.kind === 'heading';
  const tag = heading ? `h${Math.min(6, block.level + 2)}` : 'div';
  const node = make(tag, `block ${block.kind}`);
  node.dataset.start = block.start;
  if (block.kind === 'furniture') {
    const why = block.note ? `Not searched: ${block.note}` : 'Not searched';
    node.append(make('span', 'block-note', why));
  }
  if (block.paragraph > 0) {
    const number = make('span', 'block-number', block.paragraph);
    number.setAttribute('aria-hidden', 'true');
    node.append(number);
  }
  const words = make(heading ? 'span' : 'p', block.verse ? 'words verse' : 'words');
  words.dir = 'auto';
  for (const run of block.runs) words.append(drawRun(run));
  node.append(words);
  return node;
}

function drawRun(run) {
  if (run.cited.length === 0) return document.createTextNode(run.text);
  const mark = make('mark', '', run.text);
  mark.dataset.cited = run.cited.join(' ');
  mark.dataset.best = run.best.join(' ');
  return mark;
}

// ---- which passage is marked

const holds = (list, number) => list.split(' ').includes(String(number));

function markActive() {
  for (const mark of pane.querySelectorAll('mark')) {
    mark.classList.toggle('active', holds(mark.dataset.cited, active));
    mark.classList.toggle('best', holds(mark.dataset.best, active));
    mark.removeAttribute('tabindex');
  }
  for (const block of pane.querySelectorAll('.block')) {
    block.classList.toggle('active', block.querySelector('mark.active') !== null);
  }
}

function showActive(focus) {
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
    if (shown.around > 0) {
      const blocks = [...text.querySelectorAll('.block')];
      const target = blocks.findLast((block) => Number(block.dataset.start) <= shown.around);
      if (target) scrollTo(text, target);
    }
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

// Not scrollIntoView, which would scroll the page as well. A third from the top.
function scrollTo(text, target) {
  const offset = target.getBoundingClientRect().top - text.getBoundingClientRect().top;
  text.scrollTop += offset - text.clientHeight * 0.3;
}

function step(by) {
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
  shown = { ...shown, active, key: `${shown.turn}:${number}` };
  wanted = shown.key;
  pane.querySelector('.reader-head').replaceWith(drawHead(shown));
  markActive();
  markMap();
  showActive(true);
  press();
  announce();
}

// A near-duplicate's place carries its passage's number, but is not that passage.
function isDrawn(number) {
  const duplicate = shown.key.split(':').length > 2;
  return !duplicate && pane.querySelector(`mark[data-cited~="${number}"]`) !== null;
}

function announce() {
  const cited = shown.cited.find((one) => one.number === active);
  say(cited ? `Passage ${active}, ${cited.label}, ${shown.title}` : shown.title);
}

// The citation buttons of the conversation show which one is open.
function press() {
  const key = shown ? shown.key : '';
  for (const one of document.querySelectorAll('#chat button.cite')) {
    one.setAttribute('aria-pressed', keyOf(one.dataset) === key);
  }
}

const keyOf = ({ turn, n, also }) => `${turn}:${n}${also === undefined ? '' : `:${also}`}`;

// ---- the map beside the text

function drawMap(text, map) {
  const height = text.scrollHeight;
  const fits = height <= text.clientHeight + 4;
  map.hidden = fits;
  if (fits) return;
  const top = (node) => node.getBoundingClientRect().top
    - text.getBoundingClientRect().top + text.scrollTop;
  const parts = [...text.querySelectorAll('.block')].map((block) => {
    const bar = make('i', `map-block ${block.classList[1]}`);
    bar.style.top = `${(100 * top(block)) / height}%`;
    bar.style.height = `${(100 * block.offsetHeight) / height}%`;
    return bar;
  });
  const room = map.clientHeight;
  let lowest = 0;
  for (const cited of shown ? shown.cited : []) {
    const mark = text.querySelector(`mark[data-cited~="${cited.number}"]`);
    if (!mark) continue;
    const label = `Go to passage ${cited.number}, ${cited.label}`;
    const stop = button('cite', cited.number, label, () => activate(cited.number));
    stop.dataset.stop = cited.number;
    const y = Math.min(room - 28, Math.max(lowest, (room * top(mark)) / height));
    stop.style.top = `${y}px`;
    lowest = y + 28;
    parts.push(stop);
  }
  map.replaceChildren(make('i', 'map-view'), ...parts);
  markMap();
  moveViewport(text, map);
}

function markMap() {
  for (const stop of pane.querySelectorAll('.reader-map .cite')) {
    stop.setAttribute('aria-pressed', stop.dataset.stop === String(active));
  }
}

function moveViewport(text, map) {
  const view = map.querySelector('.map-view');
  if (!view) return;
  view.style.top = `${(100 * text.scrollTop) / text.scrollHeight}%`;
  view.style.height = `${(100 * text.clientHeight) / text.scrollHeight}%`;
}

// ---- opening and closing

function request({ turn = -1, number = 0, also = -1, document: path = '', around = -1 }) {
  wanted = turn < 0
    ? `${path}:${Math.max(0, around)}`
    : keyOf({ turn, n: number, also: also < 0 ? undefined : also });
  trigger('source', { turn, number, also, document: path, around });
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
    opener = { node: document.querySelector('[data-drawer=toggle]'), selector: '' };
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

function receive() {
  const value = props.value;
  const view = value ? value.view : null;
  if (value && value.opened && view && view.key !== wanted) return;
  shown = view;
  active = view ? view.active : 0;
  if (view) {
    wanted = view.key;
    drawDocument(view);
    markActive();
    if (value.opened) setOpen(true);
    showActive(value.opened);
    if (value.opened) announce();
  } else {
    const hint = 'Press a number beside a quote to read it in its place.';
    drawEmpty((value && value.problem) || hint);
    setOpen(Boolean(value && value.problem));
  }
  if (value && (value.said || value.problem)) say(value.said || value.problem);
  press();
  // The conversation is drawn in the same moment, perhaps after this.
  setTimeout(press, 300);
}

// One set of listeners, even if the component is mounted again.
if (window.citebackReader) window.citebackReader.abort();
window.citebackReader = new AbortController();
const { signal } = window.citebackReader;

document.addEventListener('click', (event) => {
  const node = event.target.closest('#chat button.cite, #library [data-path]');
  if (node) openFrom(node);
  else if (event.target === element.querySelector('.scrim')) close();
}, { signal });

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  if (pane.contains(document.activeElement) || (narrow.matches && pane.classList.contains('open'))) close();
}, { signal });

document.addEventListener('citeback:say', (event) => say(event.detail), { signal });
narrow.addEventListener('change', () => setOpen(pane.classList.contains('open')), { signal });

watch('value', receive);
receive();
