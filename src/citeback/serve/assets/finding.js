// Passes on what was found in the whole of a document. Runs inside gr.HTML.
if (window.citebackFinding) window.citebackFinding.abort();
window.citebackFinding = new AbortController();

document.addEventListener('citeback:find', (event) => trigger('find', { wanted: event.detail }), {
  signal: window.citebackFinding.signal,
});
watch('value', () => {
  if (props.value) document.dispatchEvent(new CustomEvent('citeback:found', { detail: props.value }));
});
