// What is typed, and what was asked and not yet answered, kept in this tab, so that it
// outlives a reload of the page and a restart of the server.
(() => {
  const { kept, keep, scope } = window.citeback;
  const box = () => document.querySelector('#question textarea');
  const count = (selector) => document.querySelectorAll(`#chat ${selector}`).length;

  // The question that waits for its answer, { question, way }, or null.
  const pending = () => kept('pending', null, 'sessionStorage');

  function asked(question, way) {
    // While one is being answered the page takes no other.
    if (!question.trim() || count('.user-row') > count('.answer')) return;
    keep('pending', { question, way }, 'sessionStorage');
    keep('draft', '', 'sessionStorage');
  }

  function fromBox() {
    const { way } = window.citeback;
    asked(box().value, way ? { ...way } : null);
  }

  // As if it were typed.
  function type(text) {
    const field = box();
    const set = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set;
    set.call(field, text);
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }

  function restoreDraft() {
    const draft = kept('draft', '', 'sessionStorage');
    if (draft && box().value === '') type(draft);
  }

  document.addEventListener('input', (event) => {
    if (event.target === box()) keep('draft', event.target.value, 'sessionStorage');
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.shiftKey && event.target === box()) fromBox();
  }, true);
  document.addEventListener('click', (event) => {
    const example = event.target.closest('#welcome [data-question]');
    if (event.target.closest('#question .submit-button')) fromBox();
    else if (example) asked(example.dataset.question, { scope: scope.get() });
  }, true);
  document.addEventListener('citeback:answered', () => keep('pending', null, 'sessionStorage'));
  document.addEventListener('citeback:fresh', () => keep('pending', null, 'sessionStorage'));

  Object.assign(window.citeback, { pending, restoreDraft });
})();
