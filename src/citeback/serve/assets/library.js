// Opens and closes the library panel, and gives the focus back.
(() => {
  const panel = () => document.querySelector('#library');
  const opener = () => document.querySelector('[data-drawer=toggle]');

  function show(open) {
    if (!panel()) return;
    panel().classList.toggle('open', open);
    opener().setAttribute('aria-expanded', open);
    if (open) panel().querySelector('[data-drawer=close]').focus();
    else opener().focus();
  }

  const isOpen = () => panel() !== null && panel().classList.contains('open');

  document.addEventListener('click', (event) => {
    if (event.target.closest('[data-drawer=toggle]')) show(!isOpen());
    else if (event.target.closest('[data-drawer=close]')) show(false);
    else if (isOpen() && event.target.closest('#library [data-path]')) show(false);
    else if (isOpen() && event.target.closest('#main')) show(false);
  });

  // In the capture phase, so that Esc closes one thing at a time: the panel first.
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !isOpen()) return;
    event.stopPropagation();
    show(false);
  }, true);
})();
