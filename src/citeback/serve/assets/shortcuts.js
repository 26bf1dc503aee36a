// Single keys for what the page does most, and the sheet that lists them. They never
// act while someone types, and can be turned off.
(() => {
  const { t, make, button, kept, keep } = window.citeback;

  const send = (name, ...detail) => document.dispatchEvent(
    new CustomEvent(`citeback:${name}`, { detail: name === 'drawer' ? detail[0] : detail }),
  );
  const press = (selector) => {
    const node = document.querySelector(selector);
    if (node) node.click();
  };

  const actions = [
    ['/', 'key_question', () => document.querySelector('#question textarea').focus()],
    ['j', 'next_passage', () => send('reader', 'step', 1)],
    ['k', 'previous_passage', () => send('reader', 'step', -1)],
    ['o', 'outline', () => send('reader', 'outline')],
    ['f', 'find_in', () => send('reader', 'find')],
    ['+', 'larger', () => send('reader', 'resize', 1)],
    ['-', 'smaller', () => send('reader', 'resize', -1)],
    ['h', 'history', () => send('drawer', 'history')],
    ['d', 'dossier', () => send('drawer', 'dossier')],
    ['l', 'library', () => send('drawer', 'library')],
    ['c', 'check_title', () => send('drawer', 'check')],
    ['n', 'start_over', () => press('#header [data-fresh]')],
    ['?', 'shortcuts', () => toggle()],
  ];

  let sheet = null;

  function build() {
    const dialog = make('dialog', 'shortcuts');
    dialog.setAttribute('aria-labelledby', 'shortcuts-title');
    const head = make('div', 'drawer-head');
    const title = make('h2', '', t('shortcuts'));
    title.id = 'shortcuts-title';
    head.append(title, button('plain', t('close'), '', () => dialog.close()));
    const list = make('dl');
    for (const [key, words] of [...actions, ['Esc', 'key_close'], ['Enter', 'ask']]) {
      const row = make('div');
      const term = make('dt');
      term.append(make('kbd', '', key));
      row.append(term, make('dd', '', t(words)));
      list.append(row);
    }
    const label = make('label', 'switch');
    const box = make('input');
    box.type = 'checkbox';
    box.checked = kept('keys', true);
    box.addEventListener('change', () => keep('keys', box.checked));
    label.append(box, t('use_keys'));
    dialog.append(head, list, label);
    // A press on what lies behind the sheet closes it.
    dialog.addEventListener('click', (event) => {
      if (event.target === dialog) dialog.close();
    });
    document.querySelector('.gradio-container').append(dialog);
    return dialog;
  }

  function toggle() {
    if (!sheet || !sheet.isConnected) sheet = build();
    if (sheet.open) sheet.close();
    else sheet.showModal();
  }

  const typing = (node) => node.closest
    && node.closest('input:not([type=checkbox]), textarea, select, [contenteditable=true]') !== null;

  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (typing(event.target) || !kept('keys', true)) return;
    if (sheet && sheet.open && event.key !== '?') return;
    const found = actions.find(([key]) => key === event.key);
    if (!found) return;
    event.preventDefault();
    found[2]();
  });

  document.addEventListener('click', (event) => {
    if (event.target.closest('[data-help]')) toggle();
  });
})();
