// Asks the example question that is clicked. Runs inside its gr.HTML.
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-question]');
  if (button) trigger('pick', { question: button.dataset.question, way: null });
});
