// The dossier's drawer: what is pinned, in its order, with notes; and its export. Runs
// inside gr.HTML; texts are written as text only.

const {
  t, counted, make, button, say, citing, kept, keep,
} = window.citeback;
const FORMATS = [['docx', 'Word'], ['pdf', 'PDF'], ['html', 'HTML'], ['md', 'Markdown']];
const FOLDED = 420; // letters of a quote that are shown at first

const head = make('div', 'drawer-head');
const close = button('plain', t('close'), t('close_dossier'), () => {});
close.dataset.drawer = 'close';
head.append(make('h2', '', t('dossier')), close);

const title = make('input', 'dossier-title');
title.placeholder = t('dossier_title');
title.setAttribute('aria-label', t('dossier_title'));
title.dir = 'auto';
title.maxLength = 300;
title.addEventListener('change', () => citing.change('name', { title: title.value }));

const help = make('p', 'drawer-help');
const list = make('ol', 'pins');
const foot = make('section', 'dossier-export');
let dragged = null;

// ---- a pin

function drawPin(pin, index, total) {
  const number = index + 1;
  const item = make('li', 'pin-entry');
  item.dataset.key = pin.key;
  const top = make('div', 'pin-head');
  const handle = make('span', 'pin-handle');
  handle.title = t('pin_drag');
  handle.setAttribute('aria-hidden', 'true');
  handle.draggable = true;
  const open = button('pin-open', '', t('pin_open', { number }), () => openPin(pin));
  const name = make('bdi', 'name', pin.title);
  open.append(make('b', '', `${number}`), name, make('small', '', pin.place));
  top.append(handle, open);
  const quote = make('blockquote', '', shortened(pin.quote));
  quote.dir = 'auto';
  item.append(top, quote);
  if (pin.question) {
    const asked = make('small', 'pin-question', pin.question);
    asked.dir = 'auto';
    item.append(asked);
  }
  item.append(drawNote(pin, number), drawTools(pin, index, total));
  handle.addEventListener('dragstart', (event) => {
    dragged = pin.key;
    event.dataTransfer.effectAllowed = 'move';
    event.dataTransfer.setData('text/plain', pin.quote);
    event.dataTransfer.setDragImage(item, 12, 12);
    item.classList.add('dragged');
  });
  handle.addEventListener('dragend', () => {
    dragged = null;
    for (const one of list.children) one.classList.remove('dragged', 'above', 'below');
  });
  item.addEventListener('dragover', (event) => {
    if (!dragged || dragged === pin.key) return;
    event.preventDefault();
    for (const one of list.children) one.classList.remove('above', 'below');
    item.classList.add(isBelow(event, item) ? 'below' : 'above');
  });
  item.addEventListener('drop', (event) => {
    if (!dragged) return;
    event.preventDefault();
    const from = keys().indexOf(dragged);
    const past = index + (isBelow(event, item) ? 1 : 0);
    move(dragged, from < past ? past - 1 : past);
  });
  return item;
}

const isBelow = (event, item) => {
  const box = item.getBoundingClientRect();
  return event.clientY > box.top + box.height / 2;
};

const keys = () => citing.dossier().pins.map((pin) => pin.key);

function shortened(text) {
  const letters = [...text];
  return letters.length > FOLDED ? `${letters.slice(0, FOLDED).join('')} …` : text;
}

function openPin({ path, start, end, state }) {
  const passage = { document: path, start, end, state };
  document.dispatchEvent(new CustomEvent('citeback:drawer', { detail: 'dossier' }));
  document.dispatchEvent(new CustomEvent('citeback:reader', { detail: ['open', passage] }));
}

// A note is kept when its field is left, and while it is being written.
function drawNote(pin, number) {
  const field = make('textarea', 'pin-note');
  field.rows = 1;
  field.value = pin.note;
  field.dir = 'auto';
  field.placeholder = t('pin_note');
  field.setAttribute('aria-label', t('pin_note_label', { number }));
  field.dataset.was = pin.note;
  let due = 0;
  const save = async () => {
    clearTimeout(due);
    const { was } = field.dataset;
    const text = field.value;
    if (text === was) return;
    if (await citing.change('note', { key: pin.key, text, was })) field.dataset.was = text;
    else citing.load();
  };
  field.addEventListener('input', () => {
    clearTimeout(due);
    due = setTimeout(save, 800);
  });
  field.addEventListener('change', save);
  return field;
}

function drawTools(pin, index, total) {
  const number = index + 1;
  const row = make('div', 'entry-tools');
  const up = button('plain move', '↑', t('pin_up', { number }), () => move(pin.key, index - 1, 'up'));
  const down = button('plain move', '↓', t('pin_down', { number }), () => move(pin.key, index + 1, 'down'));
  up.dataset.move = 'up';
  down.dataset.move = 'down';
  up.disabled = index === 0;
  down.disabled = index === total - 1;
  const cite = button('plain', t('cite'), t('cite_label', { number }), () => citing.choose(pin, cite));
  row.append(up, down, cite, button('plain', t('remove'), t('pin_remove', { number }), () => citing.unpin(pin)));
  return row;
}

async function move(key, to, way = '') {
  if (!await citing.change('move', { key, to })) return;
  const item = list.querySelector(`[data-key="${key}"]`);
  if (way && item) {
    const wanted = item.querySelector(`[data-move=${way}]`);
    (wanted.disabled ? item.querySelector('[data-move]:not(:disabled)') : wanted).focus();
  }
  say(t('pin_moved', { number: keys().indexOf(key) + 1, total: keys().length }));
}

// ---- export

function drawExport() {
  const select = make('select');
  select.id = 'dossier-style';
  const styles = citing.styles(true);
  const known = styles.map(([style]) => style);
  const wanted = kept('dossier-style', citing.style());
  for (const [style, name] of styles) {
    const one = make('option', '', name);
    one.value = style;
    one.selected = style === (known.includes(wanted) ? wanted : known[0]);
    select.append(one);
  }
  select.addEventListener('change', () => keep('dossier-style', select.value));
  const label = make('label', '', t('style'));
  label.htmlFor = select.id;
  const row = make('div', 'reference-row');
  row.append(label, select);
  const buttons = make('div', 'dossier-formats');
  for (const [kind, name] of FORMATS) {
    buttons.append(button('plain', name, t('dossier_export_as', { name }), () => download(kind, select.value)));
  }
  foot.replaceChildren(make('h3', '', t('dossier_export')), row, buttons);
}

// Fetched first: what goes wrong is told here, not on a page of its own.
async function download(kind, style) {
  try {
    const reply = await fetch(`dossier/export?${new URLSearchParams({ kind, style })}`);
    if (!reply.ok) throw new Error((await reply.json()).reason);
    const named = reply.headers.get('content-disposition') || '';
    const link = make('a');
    link.href = URL.createObjectURL(await reply.blob());
    link.download = decodeURIComponent(named.split("''")[1] || `dossier.${kind}`);
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  } catch (error) {
    citing.tell(error.message || t('unreachable'));
  }
}

// ---- all of it

// What is being written in a field stays there, whatever another tab has done.
function unsaved() {
  const texts = new Map();
  for (const field of list.querySelectorAll('.pin-note')) {
    if (field.value !== field.dataset.was) {
      texts.set(field.closest('li').dataset.key, [field.value, field.dataset.was]);
    }
  }
  return texts;
}

function draw() {
  const { pins, title: named } = citing.dossier();
  const active = document.activeElement;
  if (active !== title) title.value = named;
  const writing = active && active.matches('.pin-note') ? active : null;
  const writes = writing ? writing.closest('li').dataset.key : '';
  const at = writing ? writing.selectionStart : 0;
  const texts = unsaved();
  help.textContent = pins.length ? counted('pin_count', pins.length) : t('dossier_empty');
  list.replaceChildren(...pins.map((pin, index) => drawPin(pin, index, pins.length)));
  for (const item of list.children) {
    const { key } = item.dataset;
    const field = item.querySelector('.pin-note');
    if (texts.has(key)) {
      const [text] = texts.get(key);
      field.value = text;
    }
    if (key === writes) {
      field.focus();
      field.setSelectionRange(at, at);
    }
  }
  title.hidden = pins.length === 0 && !named;
  foot.hidden = pins.length === 0;
}

if (window.citebackDossier) window.citebackDossier.abort();
window.citebackDossier = new AbortController();
const { signal } = window.citebackDossier;
document.addEventListener('citeback:dossier', draw, { signal });

drawExport();
element.replaceChildren(head, title, help, list, foot);
draw();
citing.load();
