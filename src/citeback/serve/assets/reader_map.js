// The narrow map beside the text: where its blocks, the passages and the view are.
(() => {
  const { t, make, button, place } = window.citeback;
  const STOP_PIXELS = 28;

  function drawMap(text, map, cited, activate) {
    const height = text.scrollHeight;
    const fits = height <= text.clientHeight + 4;
    map.hidden = fits;
    if (fits) return;
    const top = (node) => node.getBoundingClientRect().top
      - text.getBoundingClientRect().top + text.scrollTop;
    const parts = [...text.querySelectorAll('.block')].map((block) => {
      const bar = make('i', `map-block ${block.classList[1]}`);
      bar.style.top = `${(100 * top(block)) / height}%`;
      bar.style.height = `${(100 * block.offsetHeight) / height}%`;
      return bar;
    });
    const room = map.clientHeight;
    let lowest = 0;
    for (const one of cited) {
      const mark = text.querySelector(`mark[data-cited~="${one.number}"]`);
      if (!mark) continue;
      const label = t('go_to_passage', { number: one.number, place: place(one) });
      const stop = button('cite', one.number, label, () => activate(one.number));
      stop.dataset.stop = one.number;
      const y = Math.min(room - STOP_PIXELS, Math.max(lowest, (room * top(mark)) / height));
      stop.style.top = `${y}px`;
      lowest = y + STOP_PIXELS;
      parts.push(stop);
    }
    map.replaceChildren(make('i', 'map-view'), ...parts);
    moveViewport(text, map);
  }

  function markMap(map, active) {
    for (const stop of map.querySelectorAll('.cite')) {
      stop.setAttribute('aria-pressed', stop.dataset.stop === String(active));
    }
  }

  function moveViewport(text, map) {
    const view = map.querySelector('.map-view');
    if (!view) return;
    view.style.top = `${(100 * text.scrollTop) / text.scrollHeight}%`;
    view.style.height = `${(100 * text.clientHeight) / text.scrollHeight}%`;
  }

  Object.assign(window.citeback, { drawMap, markMap, moveViewport });
})();
