// The check panel: a text, pasted or from a file, and what its quotations or sentences
// are in the documents. Runs inside gr.HTML; texts are written as text only.

const {
  t, make, button, say, differenceParts,
} = window.citeback;
const MODES = ['quotations', 'claims'];
const ICONS = {
  exact: '✓', title: '–', altered: '≠', not_found: '✕', short: '–', answers: '≈', touches: '~', silent: '–',
  receipt_holds: '✓', receipt_earlier: '✓', receipt_misplaced: '✕', receipt_false: '✕', receipt_unknown: '?', receipt_damaged: '✕',
};
const FEW_PLACES = 3;
const narrow = matchMedia('(max-width: 820px)');

let mode = MODES[0];
let running = null; // ends the request that is under way

// ---- the parts that are always there

const head = make('div', 'drawer-head');
const close = button('plain', t('close'), t('close_check'), () => {});
close.dataset.drawer = 'close';
head.append(make('h2', '', t('check_title')), close);

const modes = make('div', 'check-modes');
modes.setAttribute('role', 'radiogroup');
modes.setAttribute('aria-label', t('check_mode'));
for (const one of MODES) {
  const label = make('label');
  const choice = make('input');
  choice.type = 'radio';
  choice.name = 'check-mode';
  choice.value = one;
  choice.checked = one === mode;
  choice.addEventListener('change', () => {
    mode = one;
    help.textContent = t(`check_${mode}_help`);
    clear();
  });
  label.append(choice, make('span', '', t(`check_${one}`)));
  modes.append(label);
}

const help = make('p', 'drawer-help', t(`check_${mode}_help`));
const field = make('textarea', 'check-field');
field.rows = 7;
field.dir = 'auto';
field.placeholder = t('check_placeholder');
field.setAttribute('aria-label', t('check_field'));
field.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) checkField();
});
const input = make('input');
input.type = 'file';
input.hidden = true;
input.id = 'check-file';
input.addEventListener('change', () => {
  const [file] = input.files;
  input.value = '';
  if (file) send(`file?name=${encodeURIComponent(file.name)}&`, file);
});
const tools = make('div', 'check-tools');
tools.append(
  button('primary', t('check_run'), '', checkField),
  button('plain', t('check_file'), '', () => input.click()),
  input,
);
const note = make('p', 'note');
note.setAttribute('role', 'status');
const results = make('ol', 'check-results');
results.setAttribute('aria-label', t('check_results'));
element.replaceChildren(head, modes, help, field, tools, note, results);
clear();

function checkField() {
  if (field.value.trim()) send('text?', field.value);
  else field.focus();
}

function clear() {
  note.textContent = '';
  results.replaceChildren();
  results.hidden = true;
}

// ---- asking

async function send(where, body) {
  if (running) running.abort();
  running = new AbortController();
  const mine = running;
  clear();
  element.setAttribute('aria-busy', 'true');
  note.textContent = t('checking');
  try {
    const reply = await fetch(`check/${where}mode=${mode}`, {
      method: 'POST', body, headers: { 'x-citeback': 'page' }, signal: mine.signal,
    });
    const found = await reply.json();
    if (mine !== running) return;
    if (reply.ok) draw(found);
    else note.textContent = found.reason || t('check_failed');
  } catch (error) {
    if (mine === running && error.name !== 'AbortError') note.textContent = t('check_failed');
  } finally {
    if (mine === running) element.removeAttribute('aria-busy');
  }
}

// ---- drawing

function draw(found) {
  results.replaceChildren(...found.items.map((one) => drawItem(one, found.mode)));
  results.hidden = found.items.length === 0;
  note.textContent = [found.name, ...summary(found)].filter(Boolean).join(' · ');
}

function summary(found) {
  if (!found.items.length) return [t(`check_nothing_${found.mode}`)];
  const counts = new Map();
  for (const one of found.items) counts.set(one.state, (counts.get(one.state) || 0) + 1);
  const told = Object.keys(ICONS)
    .filter((state) => counts.has(state))
    .map((state) => `${t(`finding_${state}`)}: ${counts.get(state)}`);
  if (found.left) told.push(t('check_left', { number: found.left }));
  return told;
}

function drawItem(one, of) {
  const item = make('li', `check-item ${one.state}`);
  const state = make('p', 'check-state');
  const icon = make('span', 'check-icon', ICONS[one.state]);
  icon.setAttribute('aria-hidden', 'true');
  const said = [t(`finding_${one.state}`), ...(one.allowances || []).map((key) => t(`allow_${key}`))];
  if (one.open) said.push(t('check_open'));
  state.append(icon, make('span', '', said.join(', ')));
  const text = make('blockquote', 'check-text', one.text);
  text.dir = 'auto';
  item.append(state, text);
  if (one.differences && one.differences.length) item.append(drawDifferences(one.differences));
  if (of === 'claims' && one.places.length) {
    const related = make('p', 'check-related');
    related.dir = 'auto';
    related.append(
      make('span', 'check-label', t(one.state === 'silent' ? 'claim_nearest' : 'claim_related')),
      make('q', '', one.quote),
    );
    item.append(related);
  }
  item.append(...drawPlaces(one.places));
  return item;
}

// What the document has is struck out, what the text has instead is underlined; both
// are named for those who do not see it.
function drawDifferences(differences) {
  const whole = make('p', 'check-differences');
  whole.dir = 'auto';
  whole.append(make('span', 'check-label', t('check_changed')));
  whole.append(...differenceParts(differences, (change, text) => [
    make('span', 'unseen-text', t(change === 'removed' ? 'check_del' : 'check_ins')), text,
  ]));
  return whole;
}

function drawPlaces(places) {
  if (!places.length) return [];
  const list = make('ul', 'check-places');
  const entries = places.map((one) => {
    const entry = make('li');
    const label = [one.title, one.place].filter(Boolean).join(' · ');
    entry.append(button('plain', label, t('check_show', { place: label }), () => open(one)));
    return entry;
  });
  list.append(...entries.slice(0, FEW_PLACES));
  const rest = entries.slice(FEW_PLACES);
  if (rest.length) {
    const entry = make('li');
    entry.append(button('plain', t('check_more', { number: rest.length }), '', () => {
      entry.replaceWith(...rest);
      rest[0].querySelector('button').focus();
    }));
    list.append(entry);
  }
  return [list];
}

function open(place) {
  // On a narrow screen the reader covers all.
  if (narrow.matches) close.click();
  const { document: path, start, end, state } = place;
  const detail = ['open', { document: path, start, end, state }];
  document.dispatchEvent(new CustomEvent('citeback:reader', { detail }));
  say(t('check_shown', { place: [place.title, place.place].filter(Boolean).join(', ') }));
}
