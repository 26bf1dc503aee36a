// Starts the conversation over, shows a library that has grown, and tells who is signed
// in. Runs inside its gr.HTML.
watch('value', () => {
  const account = element.querySelector('[data-account]');
  if (account) document.dispatchEvent(new CustomEvent('citeback:account', { detail: account.dataset.account }));
});

element.addEventListener('click', (event) => {
  if (!event.target.closest('[data-fresh]')) return;
  document.dispatchEvent(new CustomEvent('citeback:fresh'));
  trigger('fresh');
});

if (window.citebackHeader) window.citebackHeader.abort();
window.citebackHeader = new AbortController();
document.addEventListener('citeback:grown', () => trigger('grown'), {
  signal: window.citebackHeader.signal,
});
