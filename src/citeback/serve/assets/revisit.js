// Coming back to an earlier answer marks its passages in the reader again.
(() => {
  const USER_MS = 1000;
  const SETTLED_MS = 200;
  const READING_LINE = 0.35; // of the height, from the top
  let moved = 0;
  let timer = 0;

  function comeBack(answer) {
    if (!answer || !answer.querySelector('.card') || answer.matches('.silent')) return;
    const detail = ['come-back', Number(answer.dataset.turn)];
    document.dispatchEvent(new CustomEvent('citeback:reader', { detail }));
  }

  // The answer that is being read, if a person (not the page) did the scrolling.
  function settle(log) {
    const answers = [...log.querySelectorAll('.answer')];
    const box = log.getBoundingClientRect();
    const line = box.top + box.height * READING_LINE;
    const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 2;
    const read = answers.find((answer) => answer.getBoundingClientRect().bottom > line);
    comeBack(atEnd ? answers[answers.length - 1] : read);
  }

  for (const kind of ['wheel', 'touchmove', 'pointerdown', 'keydown']) {
    document.addEventListener(kind, (event) => {
      if (event.target.closest && event.target.closest('#chat')) moved = Date.now();
    }, { passive: true, capture: true });
  }

  document.addEventListener('scroll', (event) => {
    const log = event.target;
    if (!log.matches || !log.matches('#chat [role=log]')) return;
    if (Date.now() - moved > USER_MS) return;
    clearTimeout(timer);
    timer = setTimeout(() => settle(log), SETTLED_MS);
  }, { passive: true, capture: true });

  document.addEventListener('focusin', (event) => {
    if (event.target.matches(':focus-visible')) comeBack(event.target.closest('#chat .answer'));
  });

  document.addEventListener('click', (event) => {
    if (event.target.closest('button, summary')) return;
    const question = event.target.closest('#chat .user-row');
    if (!question) {
      comeBack(event.target.closest('#chat .answer'));
      return;
    }
    const questions = [...document.querySelectorAll('#chat .user-row')];
    comeBack(document.querySelectorAll('#chat .answer')[questions.indexOf(question)]);
  });
})();
