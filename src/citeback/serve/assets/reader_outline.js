// The headings of the document as a small menu.
(() => {
  const { t, make, button, iconButton } = window.citeback;

  // A button with its menu; `go` is called with the start of a heading. Null for a
  // document without headings.
  function drawOutline(headings, { go, signal }) {
    if (headings.length === 0) return null;
    const holder = make('div', 'outline');
    const menu = make('ul', 'outline-menu');
    menu.hidden = true;
    menu.id = 'outline-menu';
    const opener = iconButton('outline-button', t('outline'), () => show(menu.hidden));
    opener.setAttribute('aria-expanded', false);
    opener.setAttribute('aria-controls', menu.id);

    function show(open) {
      menu.hidden = !open;
      opener.setAttribute('aria-expanded', open);
      if (open) menu.querySelector('button').focus();
    }

    const top = Math.min(...headings.map((heading) => heading.level));
    for (const heading of headings) {
      const item = make('li');
      const entry = button('plain', heading.title, '', () => {
        show(false);
        go(heading.start);
      });
      entry.dir = 'auto';
      entry.style.paddingInlineStart = `${10 + 14 * Math.min(4, heading.level - top)}px`;
      item.append(entry);
      menu.append(item);
    }

    holder.addEventListener('keydown', (event) => {
      if (menu.hidden) return;
      if (event.key === 'Escape') {
        event.stopPropagation();
        show(false);
        opener.focus();
      }
      const entries = [...menu.querySelectorAll('button')];
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const next = entries.indexOf(document.activeElement) + step;
      entries[Math.max(0, Math.min(entries.length - 1, next))].focus();
    });
    holder.addEventListener('focusout', (event) => {
      if (event.relatedTarget && !holder.contains(event.relatedTarget)) show(false);
    });
    document.addEventListener('pointerdown', (event) => {
      if (!holder.contains(event.target) && !menu.hidden) show(false);
    }, { signal });
    holder.append(opener, menu);
    return holder;
  }

  Object.assign(window.citeback, { drawOutline });
})();
