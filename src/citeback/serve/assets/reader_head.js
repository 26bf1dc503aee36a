// What stands above the text: its title, the tools, the steps between passages.
(() => {
  const { t, make, button } = window.citeback;

  function drawHead(view, close) {
    const head = make('div', 'reader-head');
    const titles = make('div', 'reader-titles');
    const title = make('h2', 'reader-title');
    title.append(make('bdi', '', view.title));
    title.title = view.title;
    const byline = make('p', 'reader-byline');
    byline.append(make('bdi', '', view.byline));
    titles.append(title, byline);
    head.append(titles, closeButton(close));
    return head;
  }

  function drawTools({ outline, find, pages }, resize) {
    const row = make('div', 'reader-tools');
    row.setAttribute('role', 'group');
    row.setAttribute('aria-label', t('reading_tools'));
    const sizes = make('div', 'sizes');
    sizes.append(
      button('plain smaller', 'A−', t('smaller'), () => resize(-1)),
      button('plain larger', 'A+', t('larger'), () => resize(1)),
    );
    if (pages) row.append(pages.looks);
    if (outline) row.append(outline);
    row.append(find.opener, find.bar, sizes);
    return row;
  }

  function drawSteps(stops, active, step) {
    const steps = make('div', 'reader-steps');
    if (stops.length === 0) return steps;
    const position = stops.indexOf(active);
    const previous = button('plain turn', '←', t('previous_passage'), () => step(-1));
    const next = button('plain turn', '→', t('next_passage'), () => step(1));
    previous.disabled = position <= 0;
    next.disabled = position >= stops.length - 1;
    const count = make('span', 'reader-count', `${position + 1} / ${stops.length}`);
    steps.append(count, previous, next);
    return steps;
  }

  function closeButton(close) {
    return button('plain reader-close', '✕', t('close_source'), close);
  }

  Object.assign(window.citeback, { drawHead, drawTools, drawSteps, closeButton });
})();
