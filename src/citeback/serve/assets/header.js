// Starts the conversation over. Runs inside its gr.HTML.
element.addEventListener('click', (event) => {
  if (!event.target.closest('[data-fresh]')) return;
  document.dispatchEvent(new CustomEvent('citeback:fresh'));
  trigger('fresh');
});
