// The conversation's own clicks, and what follows a new answer. Knows nothing of
// the reader: it listens on the document, because answers are redrawn often.
(() => {
  const {
    t, say, copyText, scope, citing, citations, linkTo,
  } = window.citeback;
  const COPIED_MS = 1600;
  const QUOTED = ['quote', 'prefix', 'suffix', 'copies'];
  let newest = '';
  let topics = 0;

  async function copy(button, text, before, said) {
    await copyText(text);
    button.textContent = t('copied');
    button.focus();
    say(said);
    setTimeout(() => { button.textContent = before; }, COPIED_MS);
  }

  async function copyQuote(button) {
    const before = t('copy');
    try {
      const { text, said } = await citing.quoted(button.dataset, button.dataset.copy);
      await copy(button, text, before, said);
      const { path, ...place } = citing.stretch(button.dataset);
      citations([{ doc: path, ...place }]); // the text that it is from is kept
    } catch (error) {
      citing.tell(error.message);
    }
  }

  async function copyLink(button) {
    const address = await linkTo(button.dataset.link);
    copy(button, address, t('copy_link'), t('link_copied'));
  }

  function toggleWhole(button) {
    const open = button.closest('.card').classList.toggle('open');
    button.setAttribute('aria-expanded', open);
    button.textContent = t(open ? 'show_less' : 'show_all');
  }

  // The address of the page is a link to its newest question.
  function shareLink(question, every = false, asked = null) {
    const address = new URL(location.href);
    for (const name of ['q', 'every', 'doc', 'start', 'end', 'state', ...QUOTED]) {
      address.searchParams.delete(name);
    }
    if (question) address.searchParams.set('q', question);
    if (question && every) address.searchParams.set('every', '1');
    scope.toAddress(question ? asked : null, address.searchParams);
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

  // A line that was just drawn stands at the end, out of sight.
  function showTopicLine() {
    const lines = document.querySelectorAll('#chat .topic-line');
    const log = document.querySelector('#chat [role=log]');
    if (log && lines.length > topics) requestAnimationFrame(() => log.scrollTo(0, log.scrollHeight));
    topics = lines.length;
  }

  function followAnswers() {
    const answers = document.querySelectorAll('#chat .answer');
    const last = answers[answers.length - 1];
    const name = last ? `${last.dataset.turn} ${last.dataset.question}` : '';
    showTopicLine();
    if (name === newest) return;
    document.dispatchEvent(new CustomEvent('citeback:answered'));
    if (last) {
      // Without the questions before it, what it was understood as still finds it.
      // What was refused is no address: it may be longer than addresses can be.
      const refused = last.classList.contains('failed');
      const asked = last.dataset.searched || last.dataset.question;
      const of = last.dataset.scope ? scope.read(JSON.parse(last.dataset.scope)) : null;
      shareLink(refused ? '' : asked, last.dataset.every === 'true', of);
      requestAnimationFrame(() => scrollToNewest(last));
    } else {
      shareLink('');
    }
    newest = name;
  }

  document.addEventListener('click', (event) => {
    const button = event.target.closest('#chat button');
    if (!button) return;
    if (button.matches('.copy')) copyQuote(button);
    if (button.matches('.link')) copyLink(button);
    if (button.matches('.whole')) toggleWhole(button);
  });

  new MutationObserver(followAnswers).observe(document.documentElement, {
    childList: true,
    subtree: true,
  });
})();
