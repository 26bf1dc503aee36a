// Opens and closes the panels at the edges, and gives the focus back.
(() => {
  const drawers = ['library', 'history', 'check', 'dossier'];
  const panel = (name) => document.querySelector(`#${name}`);
  const opener = (name) => document.querySelector(`[data-drawer=${name}]`);
  const isOpen = (name) => panel(name) !== null && panel(name).classList.contains('open');

  function show(name, open) {
    if (!panel(name)) return;
    for (const other of drawers) if (other !== name && isOpen(other)) hide(other);
    panel(name).classList.toggle('open', open);
    opener(name).setAttribute('aria-expanded', open);
    if (open) panel(name).querySelector('[data-drawer=close]').focus();
    else opener(name).focus();
  }

  function hide(name) {
    panel(name).classList.remove('open');
    opener(name).setAttribute('aria-expanded', false);
  }

  document.addEventListener('click', (event) => {
    const pressed = event.target.closest('[data-drawer]');
    const name = pressed ? pressed.dataset.drawer : '';
    const open = drawers.find(isOpen);
    if (drawers.includes(name)) show(name, !isOpen(name));
    else if (open && (name === 'close' || event.target.closest('[data-path]'))) show(open, false);
    // Beside the check panel one goes on reading.
    else if (open && event.target.closest(open === 'check' ? '#left, #header' : '#main, #header')) hide(open);
  });

  document.addEventListener('citeback:drawer', (event) => show(event.detail, !isOpen(event.detail)));

  document.addEventListener('citeback:open-library', () => { if (!isOpen('library')) show('library', true); });

  // In the capture phase, so that Esc closes one thing at a time: the panel first.
  document.addEventListener('keydown', (event) => {
    const open = drawers.find(isOpen);
    if (event.key !== 'Escape' || !open) return;
    event.stopPropagation();
    show(open, false);
  }, true);
})();
