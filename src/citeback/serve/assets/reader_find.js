// Finds letters in the document that is shown, without changing what is drawn.
(() => {
  const { t, make, button, iconButton, say } = window.citeback;
  const MOST = 5000;
  const canHighlight = 'highlights' in CSS;

  // Where a pattern occurs, as ranges; each within one block.
  function rangesOf(text, pattern) {
    const ranges = [];
    for (const words of text.querySelectorAll('.words')) {
      const nodes = [];
      const walker = document.createTreeWalker(words, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) nodes.push(walker.currentNode);
      const whole = nodes.map((node) => node.data).join('');
      let index = 0;
      let before = 0; // letters in the nodes before `index`
      const seek = (offset, isEnd) => {
        while (isEnd ? offset > before + nodes[index].length : offset >= before + nodes[index].length) {
          before += nodes[index].length;
          index += 1;
        }
        return [nodes[index], offset - before];
      };
      for (const found of whole.matchAll(pattern)) {
        const range = document.createRange();
        range.setStart(...seek(found.index, false));
        range.setEnd(...seek(found.index + found[0].length, true));
        ranges.push(range);
        if (ranges.length >= MOST) return ranges;
      }
    }
    return ranges;
  }

  // The same letters in any case, with any white space between the words.
  function patternOf(wanted) {
    const words = wanted.trim().split(/\s+/).filter(Boolean);
    if (words.length === 0) return null;
    const escaped = words.map((word) => word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
    return new RegExp(escaped.join('\\s+'), 'giu');
  }

  // The button and the bar of one drawn text; `scrollTo` brings a range into view.
  function drawFind(text, { partial, scrollTo }) {
    let ranges = [];
    let current = -1;
    const bar = make('div', 'find');
    bar.hidden = true;
    bar.setAttribute('role', 'search');
    const field = make('input', 'find-field');
    field.type = 'text';
    field.dir = 'auto';
    field.setAttribute('aria-label', t('find_in'));
    field.placeholder = t('find_in');
    const count = make('span', 'find-count');
    const previous = button('plain', '↑', t('find_previous'), () => step(-1));
    const next = button('plain', '↓', t('find_next'), () => step(1));
    const stop = button('plain', '✕', t('find_close'), () => show(false));
    bar.append(field, count, previous, next, stop);
    const opener = iconButton('find-button', t('find'), () => show(true));

    function paint() {
      const none = ranges.length === 0;
      previous.disabled = none;
      next.disabled = none;
      const typed = field.value.trim() !== '';
      count.textContent = typed ? `${current + 1} / ${ranges.length}` : '';
      if (partial && typed) count.title = t('find_partial');
      if (!canHighlight) return;
      CSS.highlights.set('citeback-found', new Highlight(...ranges));
      CSS.highlights.set('citeback-current', new Highlight(...ranges.slice(current, current + 1)));
    }

    function look() {
      const pattern = patternOf(field.value);
      ranges = pattern ? rangesOf(text, pattern) : [];
      // From where one is reading, as browsers do.
      const top = text.getBoundingClientRect().top;
      const ahead = ranges.findIndex((range) => range.getBoundingClientRect().top >= top);
      current = ranges.length === 0 ? -1 : Math.max(0, ahead);
      go();
    }

    function step(by) {
      if (ranges.length === 0) return;
      current = (current + by + ranges.length) % ranges.length;
      go();
    }

    function go() {
      paint();
      if (current < 0) {
        if (field.value.trim()) say(t('find_none'));
        return;
      }
      scrollTo(ranges[current]);
      if (!canHighlight) getSelection().setBaseAndExtent(
        ranges[current].startContainer, ranges[current].startOffset,
        ranges[current].endContainer, ranges[current].endOffset,
      );
      say(t('find_at', { number: current + 1, total: ranges.length }));
    }

    function show(open) {
      bar.hidden = !open;
      bar.parentElement.classList.toggle('finding', open);
      if (open) {
        field.focus();
        field.select();
        look();
      } else {
        forget();
        opener.focus();
      }
    }

    function forget() {
      if (!canHighlight) return;
      CSS.highlights.delete('citeback-found');
      CSS.highlights.delete('citeback-current');
    }

    field.addEventListener('input', look);
    bar.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') {
        event.stopPropagation();
        show(false);
      } else if (event.key === 'Enter' && event.target === field) {
        event.preventDefault();
        step(event.shiftKey ? -1 : 1);
      }
    });
    forget();
    return { opener, bar, show };
  }

  Object.assign(window.citeback, { drawFind });
})();
