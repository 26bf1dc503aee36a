// Asks the example question that is clicked. Runs inside its gr.HTML.
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-question]');
  const way = { scope: window.citeback.scope.get() };
  if (button) trigger('pick', { question: button.dataset.question, way });
});
