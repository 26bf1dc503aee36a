// The library panel: files sent to it, which documents are asked, the list of documents,
// and what was removed. Runs inside gr.HTML; texts are written as text only.

const {
  t, counted, language, make, button, say, scope, uploads,
} = window.citeback;
const FEW = 12; // up to so many need no field to find one
const MOST_TAGS = 60;
const KEEP_MS = 10 * 60 * 1000;

let view = null; // what the server told last
let undo = null; // what was removed last: { key, path, title }
let sought = '';
let announced = '';

// ---- the parts that are always there

const head = make('div', 'drawer-head');
const close = button('plain', t('close'), t('close_library'), () => {});
close.dataset.drawer = 'close';
head.append(make('h2', '', t('library')), close);

const place = make('p', 'drawer-help');
const tools = make('div', 'library-tools');
const input = make('input');
input.type = 'file';
input.multiple = true;
input.hidden = true;
input.id = 'upload';
input.addEventListener('change', () => {
  uploads.add([...input.files]);
  input.value = '';
});
const addButton = button('primary', t('add_files'), '', () => input.click());
const refreshButton = button('plain', t('refresh'), '', () => uploads.refresh());
refreshButton.id = 'refresh';
tools.append(addButton, refreshButton, input);
const kinds = make('p', 'drawer-help kinds');
const kindsText = make('span');
kinds.append(make('span', 'by-mouse', `${t('drop_hint')} `), kindsText);

const progress = make('section', 'progress');
const note = make('div', 'note');
note.id = 'note';
note.setAttribute('role', 'status');
const results = make('ul', 'results');
const removed = make('details', 'removed');
const choice = make('section', 'choice');
const finding = make('input', 'document-field');
finding.type = 'search';
finding.placeholder = t('find_document');
finding.setAttribute('aria-label', t('find_document'));
const found = make('p', 'found-count');
found.setAttribute('role', 'status');
const files = make('div');
files.id = 'files';

// ---- what is under way

function timeLeft(seconds) {
  if (seconds === null) return '';
  if (seconds < 90) return counted('seconds_left', Math.max(1, Math.round(seconds)));
  return counted('minutes_left', Math.round(seconds / 60));
}

// What is told, and the share that is done (null while nobody knows).
function underWay() {
  const { sending, job, stopping } = uploads.state;
  if (stopping) return [t('cancelling'), null];
  if (sending) return [t('sending', { number: sending.number, total: sending.total, name: sending.name }), sending.share];
  const told = job && job.progress;
  if (!told) return [t((job && job.waits_for) || 'preparing'), null];
  const size = t('indexing', {
    files: told.files, total: told.files_total, passages: counted('passage', told.passages),
  });
  const parts = [size, timeLeft(told.seconds_left)].filter(Boolean);
  return [parts.join(' · '), told.total ? told.done / told.total : null];
}

const bar = make('progress');
const barText = make('p');
const cancelButton = button('plain cancel', t('cancel'), '', () => uploads.cancel());
bar.setAttribute('aria-label', t('progress'));
progress.append(barText, bar, cancelButton);

function drawProgress() {
  progress.hidden = !uploads.isBusy();
  if (progress.hidden) return;
  const [text, share] = underWay();
  barText.textContent = text;
  if (share === null) bar.removeAttribute('value');
  else bar.value = share;
  cancelButton.disabled = uploads.state.stopping;
}

// ---- what came of it

function countsSentence(counts) {
  const done = ['added', 'changed', 'removed', 'refused']
    .filter((what) => counts[what])
    .map((what) => t(what, { number: counts[what] }));
  return t('up_to_date', { changes: done.join(', ') || t('nothing_new') });
}

function sentences() {
  const { job, problem } = uploads.state;
  if (uploads.isBusy()) return [];
  const said = problem ? [problem] : [];
  if (!job) return said;
  if (job.stopped) said.push(t(uploads.state.results.length ? 'cancelled_files' : 'cancelled'));
  else if (!problem && job.counts.added !== undefined) said.push(countsSentence(job.counts));
  return [...said, ...job.notices];
}

function drawNote() {
  const parts = sentences().map((sentence) => make('p', '', sentence));
  if (undo) {
    const line = make('p', 'undo');
    const back = button('plain', t('undo'), '', () => restore(undo.key, undo.path));
    line.append(make('span', '', t('removed_note', { name: undo.title })), back);
    parts.push(line);
  }
  const held = note.contains(document.activeElement);
  note.replaceChildren(...parts);
  if (held) note.querySelector('button')?.focus();
}

function became({ state, reason, paragraphs }) {
  const remark = reason ? `. ${reason}` : '';
  if (state === 'added') return `${t('file_added', { paragraphs: counted('paragraph', paragraphs) })}${remark}`;
  if (state === 'already there') return `${t('file_there')}${remark}`;
  if (state === 'stopped') return t('file_stopped');
  if (state === 'refused') return `${t('file_refused')}: ${reason}`;
  return t('waiting');
}

function drawResults() {
  const list = uploads.state.results;
  results.hidden = !list.length;
  const items = list.map((one) => {
    const item = make('li', `result ${one.state.split(' ')[0]}`);
    const name = make('span', 'name');
    name.append(make('bdi', '', one.name));
    item.append(name, make('span', 'became', became(one)));
    return item;
  });
  if (list.length && !uploads.isBusy()) {
    const item = make('li', 'dismiss');
    item.append(button('plain', t('clear_list'), '', () => { uploads.dismiss(); addButton.focus(); }));
    items.push(item);
  }
  results.replaceChildren(...items);
}

function drawUploads() {
  drawProgress();
  drawNote();
  drawResults();
  const busy = uploads.isBusy();
  refreshButton.disabled = busy;
  for (const one of element.querySelectorAll('button.remove, button.back')) one.disabled = busy;
  // The progress itself would be read out far too often.
  const said = busy ? '' : sentences().join(' ');
  if (said && said !== announced) say(said);
  announced = said;
}

// ---- which documents are asked

function drawChoice() {
  const held = (view ? view.documents : []).filter((one) => one.state !== 'refused');
  const tags = [...new Set(held.flatMap((one) => one.tags))].sort((a, b) => a.localeCompare(b, language));
  choice.hidden = held.length < 2;
  const title = make('h3', '', t('ask_only_title'));
  const said = make('p', 'chosen');
  said.append(make('span', '', scope.said() || t('asking_all')));
  if (scope.said()) {
    said.append(button('plain ask-all', t('ask_all'), '', () => {
      scope.clear();
      (choice.querySelector('button, input') || files.querySelector('input')).focus();
    }));
  }
  const parts = [title, said];
  if (tags.length) parts.push(drawTags(tags.slice(0, MOST_TAGS)));
  if (held.some((one) => one.day)) parts.push(drawDates());
  choice.replaceChildren(...parts);
}

function drawTags(tags) {
  const group = make('div', 'tags');
  group.setAttribute('role', 'group');
  group.setAttribute('aria-label', t('tags'));
  for (const tag of tags) {
    const chosen = scope.get().tags.includes(tag);
    const chip = button('plain tag', tag, '', () => {
      const others = scope.get().tags.filter((one) => one !== tag);
      scope.set({ tags: chosen ? others : [...others, tag] });
      [...choice.querySelectorAll('.tag')].find((one) => one.textContent === tag)?.focus();
    });
    chip.dir = 'auto';
    chip.setAttribute('aria-pressed', chosen);
    group.append(chip);
  }
  return group;
}

function drawDates() {
  const row = make('div', 'dates');
  for (const [key, name] of [['after', 'date_from'], ['before', 'date_before']]) {
    const label = make('label');
    const field = make('input');
    field.type = 'date';
    field.value = scope.get()[key];
    field.name = key;
    field.addEventListener('change', () => {
      scope.set({ [key]: field.value });
      choice.querySelector(`[name=${key}]`)?.focus();
    });
    label.append(make('span', '', t(name)), field);
    row.append(label);
  }
  return row;
}

// ---- the documents

function fits(one) {
  const text = `${one.title} ${one.path} ${one.date} ${one.tags.join(' ')}`.toLowerCase();
  return sought.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

function drawDocuments() {
  const documents = view ? view.documents : [];
  finding.hidden = documents.length <= FEW;
  if (finding.hidden) sought = '';
  const shown = documents.filter(fits);
  found.textContent = sought ? t('documents_shown', { number: shown.length, total: documents.length }) : '';
  if (!documents.length) {
    files.replaceChildren(make('p', 'no-files', view ? t('no_files') : ''));
    return;
  }
  const list = make('ul', 'files');
  list.append(...shown.flatMap((one, at) => {
    const begins = one.archive && (at === 0 || shown[at - 1].archive !== one.archive);
    return begins ? [drawArchive(one), drawDocument(one)] : [drawDocument(one)];
  }));
  const focused = files.contains(document.activeElement) && document.activeElement;
  const where = focused ? focused.closest('li') : null;
  files.replaceChildren(list);
  if (!where) return;
  // The list is drawn anew whenever the library grows; one goes on where one was.
  const same = [...list.children].find((one) => one.dataset.document === where.dataset.document);
  const again = same && [...same.querySelectorAll('button, input')]
    .find((one) => one.className === focused.className);
  if (again) again.focus({ preventScroll: true });
}

// What stands above the documents of an archive, which leaves as a whole.
function drawArchive({ archive, yours }) {
  const item = make('li', 'archive');
  item.dataset.document = archive;
  const body = make('div', 'about');
  const name = make('span', 'name');
  name.append(make('bdi', '', archive));
  const number = view.documents.filter((one) => one.archive === archive).length;
  body.append(name, make('small', '', counted('archive_holds', number)));
  item.append(make('span', 'tick'), body);
  if (yours) item.append(drawRemove({ path: archive, title: archive }));
  return item;
}

function drawDocument(one) {
  const item = make('li');
  item.dataset.document = one.path;
  const readable = one.state !== 'refused';
  item.append(readable ? drawTick(one) : make('span', 'tick'));
  const body = make('div', 'about');
  body.append(drawTitle(one, readable));
  const facts = [one.date, readable ? counted('paragraph', one.paragraphs) : ''].filter(Boolean);
  if (facts.length) body.append(make('small', '', facts.join(' · ')));
  if (one.title !== one.path) {
    const path = make('small', 'path');
    path.title = one.path;
    path.append(make('bdi', '', one.archive ? one.path.slice(one.archive.length + 1) : one.path));
    body.append(path);
  }
  if (one.tags.length) body.append(drawTagged(one.tags));
  if (view.shared && one.yours) body.append(make('small', 'yours', t('yours')));
  item.append(body);
  if (one.yours && !one.archive) item.append(drawRemove(one));
  item.append(drawRemarks(one));
  return item;
}

// What is to be known of a document, below it in the whole width.
function drawRemarks(one) {
  const remarks = make('div', 'remarks');
  if (one.state !== 'indexed') {
    const state = t(`file_${one.state}`);
    remarks.append(make('p', 'state', one.reason ? `${state}: ${one.reason}` : state));
  } else if (one.reason) {
    remarks.append(make('p', 'remark', one.reason));
  }
  if (one.skipped) {
    const why = one.skipped_why.length ? `: ${one.skipped_why.join('; ')}` : '';
    remarks.append(make('p', 'skipped', `${counted('block_skipped', one.skipped)}${why}`));
  }
  return remarks;
}

// Each by itself, or signs would change sides where letters of both directions meet.
function drawTagged(tags) {
  const line = make('small', 'tagged');
  for (const tag of tags) line.append(make('bdi', '', `#${tag}`), ' ');
  return line;
}

function drawTick(one) {
  const label = make('label', 'tick');
  const tick = make('input');
  tick.type = 'checkbox';
  tick.checked = scope.get().paths.includes(one.path);
  tick.setAttribute('aria-label', t('ask_this', { title: one.title }));
  tick.addEventListener('change', () => {
    const others = scope.get().paths.filter((path) => path !== one.path);
    scope.set({ paths: tick.checked ? [...others, one.path] : others });
  });
  label.append(tick);
  return label;
}

function drawTitle(one, readable) {
  const title = readable
    ? button('name', undefined, t('read', { title: one.title }), () => {})
    : make('span', 'name');
  if (readable) title.dataset.path = one.path;
  title.append(make('bdi', '', one.title));
  title.title = one.title;
  return title;
}

function drawRemove(one) {
  const remove = button('plain remove', t('remove'), t('remove_label', { title: one.title }), async () => {
    remove.disabled = true;
    try {
      const gone = await uploads.call('remove', { parameters: { path: one.path } });
      undo = { ...gone, title: one.title };
      uploads.dismiss();
      await tellGrown();
      say(t('removed_note', { name: one.title }));
      note.querySelector('.undo button')?.focus();
    } catch (error) {
      complain(error);
    }
  });
  remove.disabled = uploads.isBusy();
  return remove;
}

// ---- what was removed

// Tells the page that the library is another one, and waits until this panel shows it.
function tellGrown() {
  document.dispatchEvent(new CustomEvent('citeback:grown'));
  return latest;
}

async function restore(key, path) {
  try {
    const back = await uploads.call('restore', { parameters: { key } });
    undo = null;
    await tellGrown();
    say(t('restored', { name: back.path || path }));
    const row = [...files.querySelectorAll('li')].find((one) => one.dataset.document === back.path);
    (row?.querySelector('.remove') || addButton).focus();
  } catch (error) {
    complain(error);
  }
}

function drawRemoved() {
  const list = view ? view.removed : [];
  removed.hidden = !list.length;
  const summary = make('summary', '', t('removed_title', { number: list.length }));
  const where = view && view.folder
    ? t('removed_owner', { folder: `${view.folder}/.removed` })
    : t('removed_private');
  const items = make('ul', 'files');
  items.append(...list.map((one) => {
    const item = make('li');
    const body = make('div', 'about');
    const name = make('span', 'name');
    name.append(make('bdi', '', one.path));
    body.append(name);
    if (one.when) body.append(make('small', '', shownDate.format(new Date(one.when))));
    const back = button('plain back', t('put_back'), t('put_back_label', { name: one.path }), () => restore(one.key, one.path));
    back.disabled = uploads.isBusy();
    item.append(body, back);
    return item;
  }));
  removed.replaceChildren(summary, make('p', 'drawer-help', where), items);
}

const shownDate = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });

// ---- with the server

function complain(error) {
  uploads.state.problem = error.message;
  drawUploads();
  load();
}

let looks = 0;
let latest = null;

// Draws what the server says now. Two answers may come in another order than they were
// asked for, so only the one that was asked for last is drawn; all wait for that.
function load() {
  latest = look(++looks);
  return latest;
}

async function look(number) {
  let seen = null;
  try {
    seen = await uploads.look();
  } catch {
    return; // what is shown stays; the next action tells what is wrong
  }
  if (number !== looks) {
    await latest;
    return;
  }
  view = seen;
  uploads.limit(view.max_bytes);
  const folder = make('code', '', view.folder);
  folder.dir = 'ltr';
  if (view.shared) place.textContent = t('place_private');
  else place.replaceChildren(...around(t('place_owner', { folder: '\u0000' }), folder));
  kindsText.textContent = t('kinds', { endings: view.endings.join(' ') });
  refreshButton.hidden = view.shared;
  if (undo && !view.removed.some((one) => one.key === undo.key)) undo = null;
  scope.setDocuments(view.documents.filter((one) => one.state !== 'refused'));
  drawDocuments();
  drawRemoved();
  drawUploads();
  uploads.goOn(view.job);
}

// The text with a node in the place of its mark.
function around(text, node) {
  const [before, after] = text.split('\u0000');
  return [before, node, after];
}

if (window.citebackLibrary) window.citebackLibrary.abort();
window.citebackLibrary = new AbortController();
const { signal } = window.citebackLibrary;

document.addEventListener('citeback:uploads', drawUploads, { signal });
document.addEventListener('citeback:grown', load, { signal });
document.addEventListener('citeback:scope', () => {
  drawChoice();
  for (const tick of files.querySelectorAll('.tick input')) {
    tick.checked = scope.get().paths.includes(tick.closest('li').dataset.document);
  }
}, { signal });
finding.addEventListener('input', () => {
  sought = finding.value.trim();
  drawDocuments();
});
// What is a visitor's own is kept as long as the page is open.
const keeping = setInterval(() => uploads.look('/job').catch(() => {}), KEEP_MS);
signal.addEventListener('abort', () => clearInterval(keeping));

element.replaceChildren(
  head, place, tools, kinds, progress, note, results, removed, choice, finding, found, files,
);
drawUploads();
load();
