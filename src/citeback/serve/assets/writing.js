// A button at each answer that has a language model write on its passages, and what came
// of it: the model's words in a box of their own, built of text alone. There only where a
// model is set. Runs inside gr.HTML, whose value tells who writes and what was written.
const { t, make, button, say } = window.citeback;

const results = new Map(); // by turn and time: the value, or 'waiting'

const keyOf = (answer) => `${answer.dataset.turn}:${answer.dataset.asked}`;
const answers = () => document.querySelectorAll(
  '#chat .answer:not(.found, .failed, .silent)[data-asked]',
);

function sends() {
  const { address, local, plain } = props.value;
  const key = local ? 'write_sends_here' : 'write_sends_away';
  return t(key, { address }) + (plain ? ` ${t('write_sends_plain')}` : '');
}

function ask(answer) {
  const { turn, asked } = answer.dataset;
  results.set(keyOf(answer), 'waiting');
  redraw(answer);
  answer.querySelector('.writing').focus();
  trigger('write', { turn: Number(turn), asked });
}

// ---- what is shown

function asker(answer, again) {
  const { model } = props.value;
  const row = make('div', 'writing-ask');
  const one = button('plain', t(again ? 'write_again' : 'write', { model }), '', () => ask(answer));
  const note = make('p', props.value.local ? '' : 'away', sends());
  row.append(one, note);
  return row;
}

function pieceNode(answer, piece) {
  if (piece.kind === 'quote') {
    const quote = make('q', '', piece.text);
    quote.dir = 'auto';
    return quote;
  }
  if (piece.kind === 'cited') {
    const { number } = piece;
    return button('writing-cited', String(number), t('write_cited', { number }), () => {
      const card = answer.querySelector(`.card[data-n="${number}"]`);
      if (!card) return;
      card.scrollIntoView({ block: 'center' });
      const target = card.querySelector('button, a');
      if (target) target.focus();
    });
  }
  if (piece.kind === 'struck') return make('span', 'struck', t(`struck_${piece.why}`));
  return piece.text;
}

function writtenNodes(answer, written) {
  if (written.empty) return [make('p', '', t('written_nothing', written))];
  return written.paragraphs.map((sentences) => {
    const paragraph = make('p');
    paragraph.dir = 'auto';
    for (const sentence of sentences) {
      paragraph.append(...sentence.map((piece) => pieceNode(answer, piece)), ' ');
    }
    return paragraph;
  });
}

function redraw(answer) {
  const old = answer.querySelector('.writing');
  const box = make('section', 'writing');
  const result = results.get(keyOf(answer));
  const { model } = props.value;
  box.tabIndex = -1;
  box.setAttribute('aria-label', t('written_by', { model }));
  if (result === 'waiting') {
    box.append(make('p', 'writing-now', t('writing_now', { model })));
  } else if (result && result.written) {
    box.classList.add('written');
    box.append(make('h3', '', t('written_by', result.written)));
    box.append(...writtenNodes(answer, result.written));
    box.append(make('p', 'writing-note', t('written_note')), asker(answer, true));
  } else {
    if (result) {
      const problem = make('p', 'wrong', result.problem);
      problem.setAttribute('role', 'alert');
      box.append(problem);
    }
    box.append(asker(answer, Boolean(result)));
  }
  box.drawn = result;
  if (old) old.replaceWith(box);
  else answer.append(box);
}

function receive() {
  const { turn, asked, problem } = props.value;
  if (asked === undefined) return;
  results.set(`${turn}:${asked}`, props.value);
  for (const answer of answers()) {
    if (keyOf(answer) === `${turn}:${asked}`) redraw(answer);
  }
  say(problem || t('written_spoken', { model: props.value.model }));
}

// Answers are redrawn often.
function follow() {
  for (const answer of answers()) {
    const box = answer.querySelector('.writing');
    if (!box || box.drawn !== results.get(keyOf(answer))) redraw(answer);
  }
}

if (window.citebackWriting) window.citebackWriting.disconnect();
window.citebackWriting = new MutationObserver(follow);
window.citebackWriting.observe(document.documentElement, { childList: true, subtree: true });
watch('value', receive);
follow();
