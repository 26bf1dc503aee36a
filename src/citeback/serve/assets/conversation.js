// The conversation's own clicks, and what follows a new answer. Knows nothing of
// the reader: it listens on the document, because answers are redrawn often.
(() => {
  const COPIED_MS = 1600;
  let newest = -1;

  async function copyText(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // No clipboard without a secure address: fall back to a selection.
      const area = document.createElement('textarea');
      area.value = text;
      area.style.position = 'fixed';
      area.style.opacity = '0';
      document.body.append(area);
      area.select();
      document.execCommand('copy');
      area.remove();
    }
  }

  async function copyQuote(button) {
    await copyText(button.dataset.copy);
    button.textContent = 'Copied';
    button.focus();
    document.dispatchEvent(new CustomEvent('citeback:say', { detail: 'Quote copied' }));
    setTimeout(() => { button.textContent = 'Copy'; }, COPIED_MS);
  }

  function toggleWhole(button) {
    const open = button.closest('.card').classList.toggle('open');
    button.setAttribute('aria-expanded', open);
    button.textContent = open ? 'Show less' : 'Show all';
  }

  function shareLink(question) {
    const address = new URL(location.href);
    address.searchParams.delete('q');
    if (question) address.searchParams.set('q', question);
    history.replaceState(history.state, '', address);
  }

  // The question goes to the top of the conversation, its answer below it.
  function scrollToNewest(answer) {
    const log = document.querySelector('#chat [role=log]');
    const questions = log ? log.querySelectorAll('.user-row') : [];
    const target = questions[questions.length - 1] || answer;
    if (!log || !target) return;
    log.scrollTop += target.getBoundingClientRect().top - log.getBoundingClientRect().top - 8;
  }

  function followAnswers() {
    const answers = document.querySelectorAll('#chat .answer');
    const last = answers[answers.length - 1];
    const turn = last ? Number(last.dataset.turn) : -1;
    if (turn === newest) return;
    if (turn > newest) {
      shareLink(last.dataset.question);
      requestAnimationFrame(() => scrollToNewest(last));
    } else if (turn === -1) {
      shareLink('');
    }
    newest = turn;
  }

  document.addEventListener('click', (event) => {
    const copy = event.target.closest('#chat button.copy');
    const whole = event.target.closest('#chat button.whole');
    if (copy) copyQuote(copy);
    if (whole) toggleWhole(whole);
  });

  new MutationObserver(followAnswers).observe(document.documentElement, {
    childList: true,
    subtree: true,
  });
})();
