// Shows the paragraphs around a card's passage. Runs inside gr.HTML.

const { t, make } = window.citeback;

if (window.citebackAround) window.citebackAround.abort();
window.citebackAround = new AbortController();

function show(button, open) {
  button.setAttribute('aria-expanded', open);
  button.textContent = t(open ? 'hide_around' : 'show_around');
  const card = button.closest('.card');
  for (const node of card.querySelectorAll('.around-text')) node.hidden = !open;
}

function toggle(button) {
  const card = button.closest('.card');
  if (card.querySelector('.around-text')) {
    show(button, button.getAttribute('aria-expanded') !== 'true');
    return;
  }
  const { turn, n } = button.dataset;
  trigger('show', { wanted: { turn: Number(turn), number: Number(n) } });
}

function receive() {
  const value = props.value;
  if (!value) return;
  const selector = `#chat button.around[data-turn="${value.turn}"][data-n="${value.number}"]`;
  const button = document.querySelector(selector);
  if (!button || button.closest('.card').querySelector('.around-text')) return;
  const card = button.closest('.card');
  const quote = card.querySelector('blockquote');
  const paragraph = (text) => {
    const node = make('p', 'around-text', text);
    node.dir = 'auto';
    return node;
  };
  if (value.before) (card.querySelector('.lead-in') || quote).before(paragraph(value.before));
  if (value.after) quote.after(paragraph(value.after));
  if (!value.before && !value.after) quote.after(paragraph(t('no_around')));
  show(button, true);
}

document.addEventListener('click', (event) => {
  const button = event.target.closest('#chat button.around');
  if (button) toggle(button);
}, { signal: window.citebackAround.signal });

watch('value', receive);
