// How the server is: still warming up, ready, or stopped. A line in the header while
// something is going on, and a bar where something is wrong. A server that has been
// started anew knows nothing of the page's conversation, so the page begins again; the
// conversation comes back from this browser's memory.
(() => {
  const { t, make, button, say } = window.citeback;
  const OFTEN_MS = 1000; // while there is something to follow
  const SELDOM_MS = 2000; // no slower: nothing can be stopped and started in less
  const SURE_MS = 300;
  const PATIENCE_MS = 8000;
  const READY_MS = 4000;

  let run = ''; // names the server that made this page
  let passages = -1;
  let failures = 0;
  let worked = false; // whether it was seen at work, so that "Ready" tells something
  let dismissed = '';
  let line = '';
  let timer = 0;

  // ---- the line in the header, and the bar

  function sentence({ stage, file, files, seconds_left: seconds }) {
    if (stage === 'loading') return t('state_loading');
    if (files === 0) return t('state_looking');
    if (seconds < 0) return t('state_indexing', { file, files });
    if (seconds < 90) {
      return t('state_seconds', { file, files, number: Math.max(5, Math.ceil(seconds / 5) * 5) });
    }
    return t('state_minutes', { file, files, number: Math.ceil(seconds / 60) });
  }

  // The header is drawn anew when the library grows, so the line is written again then.
  function write() {
    const node = document.querySelector('#header .state');
    if (!node || node.textContent === line) return;
    node.textContent = line;
    node.classList.toggle('done', line === t('state_ready'));
  }

  function show(text) {
    line = text;
    write();
  }

  // The columns make room for the bar, so that it hides nothing.
  function makeRoom(bar) {
    const room = bar ? `${bar.offsetHeight + 10}px` : '0px';
    document.documentElement.style.setProperty('--bar-room', room);
  }

  function showBar(kind, text, canGo) {
    let bar = document.querySelector('.state-bar');
    if (bar && bar.dataset.kind === kind && bar.firstChild.textContent === text) return;
    if (bar) bar.remove();
    makeRoom(null);
    if (!text) return;
    bar = make('div', 'state-bar');
    bar.dataset.kind = kind;
    bar.setAttribute('role', 'alert');
    bar.append(make('p', '', text));
    if (canGo) {
      bar.append(button('plain', t('dismiss'), '', () => {
        dismissed = text;
        bar.remove();
        makeRoom(null);
      }));
    }
    document.querySelector('.gradio-container').append(bar);
    makeRoom(bar);
  }

  // ---- following the server

  function follow(state) {
    failures = 0;
    document.documentElement.classList.remove('stopped');
    if (run && state.run !== run) {
      location.reload();
      return;
    }
    run = state.run;
    const atWork = state.stage !== 'ready';
    if (atWork) {
      worked = true;
      show(sentence(state));
    } else if (worked) {
      worked = false;
      show(state.problem ? '' : t('state_ready'));
      setTimeout(() => show(''), READY_MS);
      document.dispatchEvent(new CustomEvent('citeback:grown'));
    }
    showBar('problem', state.problem === dismissed ? '' : state.problem, true);
    if (passages >= 0 && state.passages !== passages) {
      document.dispatchEvent(new CustomEvent('citeback:grown'));
    }
    passages = state.passages;
    document.documentElement.dataset.state = state.stage;
  }

  function miss() {
    failures += 1;
    if (failures < 2) return;
    if (failures === 2) say(t('stopped'));
    document.documentElement.classList.add('stopped');
    showBar('stopped', t('stopped'), false);
  }

  async function look() {
    clearTimeout(timer);
    if (!document.hidden) {
      try {
        const reply = await fetch('state', {
          cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MS),
        });
        follow(await reply.json());
      } catch (error) {
        // A server that takes its time has not been stopped.
        if (error.name !== 'TimeoutError') miss();
      }
    }
    const often = worked || failures > 1;
    clearTimeout(timer);
    timer = setTimeout(look, failures === 1 ? SURE_MS : often ? OFTEN_MS : SELDOM_MS);
  }

  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) look();
  });

  // Nothing can be asked of a server that is not there; what is typed stays.
  for (const kind of ['keydown', 'click']) {
    document.addEventListener(kind, (event) => {
      if (!document.documentElement.matches('.stopped') || !event.target.closest) return;
      const asks = kind === 'keydown'
        ? event.key === 'Enter' && event.target.closest('#question')
        : event.target.closest('#question .submit-button, #welcome [data-question]');
      if (!asks) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      say(t('stopped'));
    }, true);
  }

  new MutationObserver(write).observe(document.documentElement, { childList: true, subtree: true });
  look();
})();
