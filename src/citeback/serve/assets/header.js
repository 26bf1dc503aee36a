// Starts the conversation over, and shows a library that has grown. Runs inside its
// gr.HTML.
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
