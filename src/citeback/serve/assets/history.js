// Remembers conversations in this browser: their questions and what the reader
// showed, never a document's text. Runs inside gr.HTML.

const {
  t, language, counted, make, button, kept, keep, say, scope, exportConversation, pending,
  restoreDraft,
} = window.citeback;
const MOST_KEPT = 60;
const NAME_LETTERS = 80;
const SURE_MS = 4000;

let current = kept('current', '', 'sessionStorage'); // of this tab
let reader = null; // what the reader shows
let saved = ''; // what was last written, so that it is written once
// Until the page shows what was asked for, nothing is written: { questions, then }.
let awaited = null;

const answers = () => [...document.querySelectorAll('#chat .answer')];
const all = () => {
  const list = kept('conversations', []);
  return Array.isArray(list) ? list.filter((one) => one && Array.isArray(one.turns)) : [];
};

function write(list) {
  let shorter = list.slice(0, MOST_KEPT);
  // A full storage makes room by forgetting the oldest.
  while (!keep('conversations', shorter) && shorter.length > 1) shorter = shorter.slice(0, -1);
  draw();
}

function use(id) {
  current = id;
  keep('current', id, 'sessionStorage');
}

// ---- following the page

function valuesIn(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

// What it takes to ask again in the same way, and to tell the page's address.
function turnOf(answer) {
  const { question, manner, searched } = answer.dataset;
  const every = answer.dataset.every === 'true';
  return {
    question, manner, searched, every, seen: valuesIn(answer.dataset.seen), scope: valuesIn(answer.dataset.scope),
  };
}

// What the reader shows, with the turn counted from the first answer on the page.
function besideOf(list) {
  if (!reader || reader.turn < 0) return reader;
  const index = list.findIndex((one) => Number(one.dataset.turn) === reader.turn);
  return index < 0 ? null : { ...reader, turn: index };
}

function save() {
  const list = answers();
  if (awaited) {
    const shown = list.map((one) => one.dataset.question);
    if (JSON.stringify(shown) !== JSON.stringify(awaited.questions)) return;
    const { then } = awaited;
    awaited = null;
    if (then) then();
  }
  if (list.length === 0) return;
  const turns = list.map(turnOf);
  const beside = besideOf(list);
  const state = JSON.stringify([turns, beside]);
  if (state === saved) return;
  saved = state;
  if (!current) use(crypto.getRandomValues(new Uint32Array(3)).join('-'));
  const known = all();
  const before = known.find((one) => one.id === current);
  const name = before ? before.name : turns[0].question.slice(0, NAME_LETTERS);
  const grown = !before || before.turns.length !== turns.length;
  const entry = { id: current, name, at: grown ? Date.now() : before.at, turns, reader: beside };
  const others = known.filter((one) => one.id !== current);
  if (grown) write([entry, ...others]);
  else write(known.map((one) => (one.id === current ? entry : one)));
}

function startOver() {
  use('');
  reader = null;
  saved = '';
  awaited = { questions: [], then: null };
  draw();
}

function recall(entry, then = null, instead = null) {
  use(entry.id);
  saved = '';
  reader = entry.reader;
  awaited = { questions: entry.turns.map((turn) => turn.question), then };
  trigger('recall', { turns: entry.turns, reader: instead || entry.reader });
  draw();
}

// ---- the list

const shownDate = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });

function draw() {
  const head = make('div', 'drawer-head');
  const close = button('plain', t('close'), t('close_history'), () => {});
  close.dataset.drawer = 'close';
  head.append(make('h2', '', t('history')), close);
  const list = make('ul', 'conversations');
  for (const entry of all()) list.append(drawEntry(entry));
  const rest = list.childElementCount ? list : make('p', 'no-files', t('no_history'));
  element.replaceChildren(head, make('p', 'drawer-help', t('history_help')), rest);
}

function drawEntry(entry) {
  const item = make('li');
  const name = button('name', entry.name, '', () => {
    if (entry.id !== current) {
      scope.use(entry.turns[entry.turns.length - 1].scope);
      recall(entry);
    }
    document.dispatchEvent(new CustomEvent('citeback:drawer', { detail: 'history' }));
  });
  name.dir = 'auto';
  if (entry.id === current) name.setAttribute('aria-current', 'true');
  const when = shownDate.format(new Date(entry.at));
  const about = make('small', '', `${counted('question_count', entry.turns.length)} · ${when}`);
  const row = make('div', 'entry-tools');
  row.append(
    button('plain', t('rename'), t('rename_label', entry), () => rename(item, entry)),
    button('plain', t('export'), t('export_label', entry), () => exportEntry(entry)),
    drawRemove(entry),
  );
  item.append(name, about, row);
  return item;
}

function drawRemove(entry) {
  const label = t('delete_label', entry);
  const remove = button('plain remove', t('delete'), label, () => {
    if (remove.classList.toggle('sure')) {
      remove.textContent = t('delete_sure');
      remove.removeAttribute('aria-label');
      setTimeout(() => {
        remove.classList.remove('sure');
        remove.textContent = t('delete');
        remove.setAttribute('aria-label', label);
      }, SURE_MS);
      return;
    }
    write(all().filter((one) => one.id !== entry.id));
    say(t('deleted'));
    if (entry.id === current) document.querySelector('#header [data-fresh]').click();
    const left = element.querySelector('.conversations button, [data-drawer=close]');
    left.focus();
  });
  return remove;
}

function rename(item, entry) {
  const field = make('input', 'rename-field');
  field.type = 'text';
  field.value = entry.name;
  field.maxLength = NAME_LETTERS;
  field.dir = 'auto';
  field.setAttribute('aria-label', t('new_name'));
  let done = false;
  const finish = (accept) => {
    if (done) return;
    done = true;
    const name = field.value.trim() || entry.name;
    write(all().map((one) => (accept && one.id === entry.id ? { ...one, name } : one)));
  };
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') finish(true);
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    finish(false);
  });
  field.addEventListener('blur', () => finish(true));
  item.querySelector('.name').replaceWith(field);
  field.focus();
  field.select();
}

// Answers are not kept, so a conversation is opened before it is written out.
function exportEntry(entry) {
  if (entry.id === current && !awaited) exportConversation(entry.name);
  else recall(entry, () => exportConversation(entry.name));
}

// ---- beginning

function passageOf(query) {
  if (!query.has('doc')) return null;
  return {
    document: query.get('doc'),
    start: Number(query.get('start')) || 0,
    end: Number(query.get('end')) || 0,
    state: query.get('state') || '',
    quote: query.get('quote') || '',
    prefix: query.get('prefix') || '',
    suffix: query.get('suffix') || '',
    copies: query.get('copies') || '',
  };
}

const sameAs = (turn, question, every) => Boolean(turn.every) === every
  && [turn.question, turn.searched].includes(question);

// What the address asks for, else the conversation that this tab had open.
function begin() {
  // The reader is drawn after this, and has to listen first.
  if (!document.querySelector('.reader[data-ready]')) {
    setTimeout(begin, 20);
    return;
  }
  const query = new URLSearchParams(location.search);
  const question = query.get('q') || '';
  // Without the name in quotation marks: Gradio takes what is quoted here for an event of
  // this part, and then every opening of the page copied the whole application.
  const { every: asksEvery } = Object.fromEntries(query);
  const every = asksEvery !== undefined;
  const passage = passageOf(query);
  const own = all().find((one) => one.id === current);
  const last = own ? own.turns[own.turns.length - 1] : {};
  const cutOff = pending(); // a question whose answer the page has not lived to see
  const askAgain = cutOff ? () => trigger('ask', cutOff) : null;
  restoreDraft();
  if (own && cutOff) {
    recall(own, askAgain, passage);
  } else if (cutOff) {
    askAgain();
  } else if (own && (!question || sameAs(last, question, every))) {
    recall(own, null, passage);
  } else if (question) {
    startOver();
    awaited = null;
    scope.use(scope.fromAddress(query));
    trigger('ask', { question, way: { every, scope: scope.get() } });
  } else if (passage) {
    document.dispatchEvent(new CustomEvent('citeback:reader', { detail: ['open', passage] }));
  }
}

if (window.citebackHistory) window.citebackHistory.abort();
window.citebackHistory = new AbortController();
const { signal } = window.citebackHistory;

document.addEventListener('citeback:fresh', startOver, { signal });
document.addEventListener('citeback:shown', (event) => {
  if (awaited) return;
  reader = event.detail;
  save();
}, { signal });
window.addEventListener('storage', draw, { signal });

let due = 0;
const observer = new MutationObserver(() => {
  cancelAnimationFrame(due);
  due = requestAnimationFrame(save);
});
observer.observe(document.documentElement, { childList: true, subtree: true });
signal.addEventListener('abort', () => observer.disconnect());

draw();
setTimeout(begin);
