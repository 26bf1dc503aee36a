// Signing out, where people sign in. What this browser remembers of somebody is nobody
// else's: it goes when they sign out, and when somebody else has signed in.
(() => {
  const { kept, keep } = window.citeback;

  function forget() {
    for (const storage of [window.localStorage, window.sessionStorage]) {
      for (const key of Object.keys(storage).filter((one) => one.startsWith('citeback.'))) {
        storage.removeItem(key);
      }
    }
  }

  document.addEventListener('click', async (event) => {
    if (!event.target.closest || !event.target.closest('[data-sign-out]')) return;
    try {
      await fetch('sign-out', { method: 'POST', headers: { 'x-citeback': 'page' } });
    } catch {
      return; // told by state.js
    }
    forget();
    window.location.assign('sign-in');
  });

  // The header says who is signed in, as soon as it is drawn.
  document.addEventListener('citeback:account', ({ detail: name }) => {
    const before = kept('account', name);
    if (before !== name) forget();
    keep('account', name);
    if (before !== name) window.location.reload();
  });
})();
