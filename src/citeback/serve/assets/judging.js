// Thumbs beside passages, and beside "does not say". Off until a person allows it; then
// each judgement is written to a file on this machine. Runs inside gr.HTML, whose value
// tells what became of the last one.
const { t, make, button, kept, keep, say } = window.citeback;

// What was judged in this tab, by question and quote: "up" or "down".
const judged = new Map(kept('judged', [], 'sessionStorage'));
const sent = new Map(); // by turn and number: { key, good, back } that is on its way

const quoteOf = (place) => (place.matches('.card') ? place.querySelector('mark').textContent : '');
const answerOf = (place) => place.closest('.answer');
const keyOf = (place) => {
  const { searched, question } = answerOf(place).dataset;
  return `${searched || question}\n${quoteOf(place)}`;
};

function places() {
  return document.querySelectorAll(
    '#chat .answer:not(.found, .failed) .card[data-n], #chat .answer.silent h3.verdict',
  );
}

// ---- the two buttons

function draw(place) {
  const group = make('span', 'thumbs');
  const number = place.dataset.n;
  for (const good of [true, false]) {
    const key = number ? (good ? 'thumb_right' : 'thumb_wrong')
      : (good ? 'silence_right' : 'silence_wrong');
    const label = t(key, { number });
    const one = button(`plain thumb ${good ? 'up' : 'down'}`, '', label, () => press(place, good));
    one.title = label;
    group.append(one);
  }
  if (number) place.querySelector('.card-foot .copies').prepend(group);
  else place.after(group);
  mark(place);
}

const groupOf = (place) => (place.dataset.n
  ? place.querySelector('.thumbs')
  : place.parentElement.querySelector(':scope > .thumbs'));

function mark(place) {
  const said = judged.get(keyOf(place));
  for (const one of groupOf(place).querySelectorAll('.thumb')) {
    one.setAttribute('aria-pressed', said === (one.matches('.up') ? 'up' : 'down'));
  }
}

function press(place, good) {
  if (kept('judging', false) !== true) {
    ask(place, good);
    return;
  }
  const key = keyOf(place);
  const back = judged.get(key) === (good ? 'up' : 'down');
  const turn = Number(answerOf(place).dataset.turn);
  const number = Number(place.dataset.n || 0);
  sent.set(`${turn}:${number}`, { key, good, back });
  trigger('judge', { turn, number, good, back });
}

// ---- consent, and taking it back

function note(place, ...parts) {
  for (const old of document.querySelectorAll('#chat .judging')) old.remove();
  const box = make('div', 'judging');
  box.setAttribute('role', 'group');
  box.append(...parts);
  const after = place.dataset.n ? place.querySelector('.card-foot') : groupOf(place);
  after.after(box);
  return box;
}

function ask(place, good) {
  const back = () => groupOf(place).querySelector(good ? '.up' : '.down').focus();
  const box = note(
    place,
    make('p', '', t('judging_ask')),
    button('plain', t('yes'), '', () => {
      keep('judging', true);
      box.remove();
      back();
      press(place, good);
    }),
    button('plain', t('no'), '', () => {
      box.remove();
      back();
    }),
  );
  box.setAttribute('aria-label', t('judging_ask'));
  box.querySelector('button').focus();
}

function tell(place, text, problem) {
  const line = make('p', problem ? 'wrong' : '', text);
  const stop = button('plain', t('judging_stop'), '', () => {
    keep('judging', false);
    say(t('judging_stopped'));
    note(place, make('p', '', t('judging_stopped')));
  });
  note(place, line, stop);
  say(text);
}

function receive() {
  const value = props.value;
  const judgement = value && sent.get(`${value.turn}:${value.number}`);
  if (!judgement) return;
  const { key, good, back } = judgement;
  sent.delete(`${value.turn}:${value.number}`);
  if (!value.problem) {
    if (back) judged.delete(key);
    else judged.set(key, good ? 'up' : 'down');
    keep('judged', [...judged], 'sessionStorage');
  }
  const shown = [...places()].filter((place) => groupOf(place));
  shown.forEach(mark);
  const place = shown.find((one) => keyOf(one) === key
    && Number(answerOf(one).dataset.turn) === value.turn);
  const said = t(back ? 'judging_taken_back' : 'judging_noted', { file: value.file });
  if (place) tell(place, value.problem || said, value.problem);
}

// Answers are redrawn often.
function follow() {
  for (const place of places()) if (!groupOf(place)) draw(place);
}

if (window.citebackJudging) window.citebackJudging.disconnect();
window.citebackJudging = new MutationObserver(follow);
window.citebackJudging.observe(document.documentElement, { childList: true, subtree: true });
watch('value', receive);
follow();
