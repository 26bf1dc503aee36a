// The row below the question box: what to show, a new topic, and help for searching.
// Its value, { manner, every, scope }, goes along with each question. Runs inside gr.HTML.

const {
  t, make, button, iconButton, pending, scope,
} = window.citeback;

const way = { manner: 'follows', every: false, scope: scope.get() };
window.citeback.way = way;
let topicWaits = false; // asked for while an answer was on its way
const box = () => document.querySelector('#question textarea');

function choose(changes) {
  Object.assign(way, changes);
  props.value = { ...way };
}

// As if it were typed; what is between `from` and `to` is selected.
function type(text, from, to) {
  const field = box();
  const set = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set;
  set.call(field, text);
  field.dispatchEvent(new Event('input', { bubbles: true }));
  field.focus();
  field.setSelectionRange(from, to);
}

// ---- best passages, or every one

function drawSwitch() {
  const group = make('div', 'segments');
  group.setAttribute('role', 'radiogroup');
  group.setAttribute('aria-label', t('what_to_show'));
  for (const every of [false, true]) {
    const label = make('label');
    const input = make('input');
    input.type = 'radio';
    input.name = 'what-to-show';
    input.checked = every === way.every;
    input.addEventListener('change', () => choose({ every }));
    label.append(input, make('span', '', t(every ? 'every_passage' : 'best_passages')));
    group.append(label);
  }
  return group;
}

// ---- a new topic

function drawTopic() {
  return iconButton('topic', t('new_topic'), () => {
    choose({ manner: 'topic' });
    topicWaits = pending() !== null;
    if (!topicWaits) trigger('topic');
    box().focus();
  });
}

// ---- which documents are asked

const scopeLine = make('p', 'scope-line');
scopeLine.setAttribute('role', 'status');

function drawScope() {
  const said = scope.said();
  scopeLine.hidden = !said;
  const all = button('plain ask-all', t('ask_all'), '', () => {
    scope.clear();
    box().focus();
  });
  scopeLine.replaceChildren(make('span', '', said), all);
}

// ---- help

// What is typed, the part of it to be replaced, and what it asks for.
const examples = [
  [(part) => `"${part}"`, t('example_phrase'), 'help_phrase'],
  [(part) => `-${part}`, t('example_word'), 'help_without'],
  [(part) => `file:${part}`, t('example_file'), 'help_file'],
  [(part) => `tag:${part}`, t('example_tag'), 'help_tag'],
  [(part) => `after:${part}`, '2020', 'help_after'],
  [(part) => `before:${part}`, '2021', 'help_before'],
];

const help = make('div', 'search-help');
help.id = 'search-help';
help.hidden = true;
help.setAttribute('role', 'group');
help.setAttribute('aria-label', t('search_help'));

const opener = button('plain opener', '?', t('search_help'), () => showHelp(help.hidden));
opener.title = t('search_help');
opener.setAttribute('aria-controls', help.id);
opener.setAttribute('aria-expanded', false);

function showHelp(open) {
  help.hidden = !open;
  // Above the box, which grows with what is typed.
  const foot = element.getBoundingClientRect().bottom;
  const top = box().closest('.form, #question').getBoundingClientRect().top;
  help.style.bottom = `${foot - top + 8}px`;
  opener.setAttribute('aria-expanded', open);
  if (open) help.querySelector('button').focus();
}

function insert(text, part) {
  const before = box().value.trimEnd();
  const whole = before ? `${before} ${text}` : text;
  const from = whole.length - text.length + text.indexOf(part);
  showHelp(false);
  type(whole, from, from + part.length);
}

function drawHelp() {
  const list = make('ul');
  for (const [pattern, part, meaning] of examples) {
    const text = pattern(part);
    const item = make('li');
    const example = button('plain', text, '', () => insert(text, part));
    example.dir = 'auto';
    item.append(example, make('span', '', t(meaning)));
    list.append(item);
  }
  help.append(make('p', '', t('help_lead')), list);
}

// ---- more of every passage

// The button goes away: the focus moves on to the first passage that is new.
function showMore(pressed) {
  const { turn } = pressed.dataset;
  const next = pressed.closest('.answer').querySelectorAll('.card').length + 1;
  const fresh = `#chat .cite[data-turn="${turn}"][data-n="${next}"]`;
  const observer = new MutationObserver(() => {
    const first = document.querySelector(fresh);
    if (!first) return;
    observer.disconnect();
    first.focus();
  });
  observer.observe(document.querySelector('#chat'), { childList: true, subtree: true });
  trigger('more', { turn: Number(turn) });
}

// ---- with the rest of the page

if (window.citebackAsking) window.citebackAsking.abort();
window.citebackAsking = new AbortController();
const { signal } = window.citebackAsking;

document.addEventListener('click', (event) => {
  const edit = event.target.closest('#chat button.edit');
  if (edit) {
    const text = edit.dataset.edit;
    choose({ manner: 'typed' });
    type(text, text.length, text.length);
    return;
  }
  const more = event.target.closest('#chat button.more');
  if (more) {
    showMore(more);
  } else if (!help.hidden && !element.contains(event.target)) {
    help.hidden = true;
    opener.setAttribute('aria-expanded', false);
  }
}, { signal });

// An emptied box is not an edited question any more.
document.addEventListener('input', (event) => {
  if (event.target !== box() || event.target.value !== '') return;
  if (way.manner === 'typed') choose({ manner: 'follows' });
}, { signal });

// In the capture phase, so that Esc closes one thing at a time.
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || help.hidden) return;
  event.stopPropagation();
  showHelp(false);
  opener.focus();
}, { signal, capture: true });

// With its answer a question is done with; the next one follows it.
document.addEventListener('citeback:answered', () => {
  if (!topicWaits) choose({ manner: 'follows' });
  else trigger('topic');
  topicWaits = false;
}, { signal });
document.addEventListener('citeback:fresh', () => { topicWaits = false; }, { signal });

document.addEventListener('citeback:scope', () => {
  drawScope();
  choose({ scope: scope.get() });
}, { signal });

drawHelp();
drawScope();
const row = make('div', 'ways');
row.append(drawSwitch(), drawTopic(), opener);
element.replaceChildren(scopeLine, row, help);
element.dataset.ready = '';
choose({});
