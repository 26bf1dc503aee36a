// Finds letters in the document that is shown, without changing what is drawn. Of a long
// one only a part is drawn; what the rest holds is asked of the server.
(() => {
  const { t, make, button, iconButton, say } = window.citeback;
  const MOST = 5000;
  const WAIT_MS = 150; // between two letters that are typed
  let resume = null; // what to find on in a part that is about to be drawn: { letters, at }
  let asks = 0;
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

  // The button and the bar of one drawn text; `scrollTo` brings a range into view,
  // `openAt` draws another part. `part` is null where the whole document is drawn.
  function drawFind(text, { part, scrollTo, openAt, signal }) {
    let whole = null; // what the server found: { total, before, place, previous, next }
    let asked = 0;
    let timer = 0;
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

    // Of the match that is marked, from 1; 0 if there is none.
    const place = () => (current < 0 ? 0 : current + 1 + (whole ? whole.before : 0));

    function paint() {
      const total = whole ? whole.total : ranges.length;
      const none = total === 0;
      previous.disabled = none;
      next.disabled = none;
      const typed = field.value.trim() !== '';
      const waits = part && !whole;
      count.textContent = typed && !waits ? `${place()} / ${total}` : '';
      if (!canHighlight) return;
      CSS.highlights.set('citeback-found', new Highlight(...ranges));
      CSS.highlights.set('citeback-current', new Highlight(...ranges.slice(current, current + 1)));
    }

    function askServer(at) {
      asks += 1;
      asked = asks;
      document.dispatchEvent(new CustomEvent('citeback:find', {
        detail: { ...part, letters: field.value, at, ask: asked },
      }));
    }

    function receive({ detail }) {
      if (detail.ask !== asked || bar.hidden) return;
      whole = detail;
      if (resume) {
        current = Math.min(whole.place - whole.before, ranges.length - 1);
        resume = null;
      } else if (ranges.length === 0 && whole.total > 0) {
        jump(whole.next);
        return;
      }
      go();
    }

    function jump(at) {
      resume = { letters: field.value, at };
      openAt(at);
    }

    function look() {
      whole = null;
      clearTimeout(timer);
      if (part && field.value.trim()) timer = setTimeout(() => askServer(resume ? resume.at : 0), WAIT_MS);
      const pattern = patternOf(field.value);
      ranges = pattern ? rangesOf(text, pattern) : [];
      // From where one is reading, as browsers do.
      const top = text.getBoundingClientRect().top;
      const ahead = ranges.findIndex((range) => range.getBoundingClientRect().top >= top);
      current = ranges.length === 0 ? -1 : Math.max(0, ahead);
      go();
    }

    function step(by) {
      const to = current + by;
      if (whole && whole.total > ranges.length && (to < 0 || to >= ranges.length)) {
        jump(by > 0 ? whole.next : whole.previous);
        return;
      }
      if (ranges.length === 0) return;
      current = (to + ranges.length) % ranges.length;
      go();
    }

    function go() {
      paint();
      if (current < 0) {
        if (field.value.trim() && !(part && !whole)) say(t('find_none'));
        return;
      }
      scrollTo(ranges[current]);
      if (!canHighlight) getSelection().setBaseAndExtent(
        ranges[current].startContainer, ranges[current].startOffset,
        ranges[current].endContainer, ranges[current].endOffset,
      );
      if (part && !whole) return;
      say(t('find_at', { number: place(), total: whole ? whole.total : ranges.length }));
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
    if (part) document.addEventListener('citeback:found', receive, { signal });
    if (part && resume) {
      field.value = resume.letters;
      // When the part is on the page, and has been scrolled to.
      setTimeout(() => show(true));
    } else {
      resume = null;
    }
    return { opener, bar, show };
  }

  Object.assign(window.citeback, { drawFind });
})();
