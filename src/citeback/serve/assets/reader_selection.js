// What is selected in the document can be quoted exactly, or asked about.
(() => {
  const {
    t, make, button, copyText, say, citing, citations,
  } = window.citeback;

  // The part of a block's own text that a range covers, in UTF-16 offsets.
  function covered(words, range) {
    const offset = (container, at) => {
      const before = document.createRange();
      before.selectNodeContents(words);
      before.setEnd(container, at);
      return before.toString().length;
    };
    const length = words.textContent.length;
    const startsHere = words.contains(range.startContainer);
    const endsHere = words.contains(range.endContainer);
    const start = startsHere ? offset(range.startContainer, range.startOffset) : 0;
    const end = endsHere ? offset(range.endContainer, range.endOffset) : length;
    return [start, end];
  }

  // The selected text as the document has it, also between its blocks, and where.
  function selected(text, { blocks, earlier }) {
    const selection = getSelection();
    if (selection.isCollapsed || selection.rangeCount === 0) return null;
    const range = selection.getRangeAt(0);
    if (!text.contains(range.startContainer) && !text.contains(range.endContainer)) return null;
    const nodes = [...text.querySelectorAll('.block')];
    let quote = '';
    let gap = '';
    let begins = -1;
    const paragraphs = [];
    nodes.forEach((node, index) => {
      const words = node.querySelector('.words');
      if (!range.intersectsNode(words)) return;
      const [start, end] = covered(words, range);
      if (end <= start) return;
      if (begins < 0) {
        // Offsets count whole letters, of which some are two units here.
        const shown = Math.max(blocks[index].start, earlier);
        begins = shown + [...words.textContent.slice(0, start)].length;
      }
      quote += gap + words.textContent.slice(start, end);
      gap = blocks[index].after;
      if (blocks[index].paragraph > 0) paragraphs.push(blocks[index].paragraph);
    });
    if (quote.trim() === '') return null;
    const first = paragraphs[0];
    const last = paragraphs[paragraphs.length - 1];
    const label = first === undefined ? '' : `, ¶ ${first}${last > first ? `–${last}` : ''}`;
    return { quote, label, range, start: begins, end: begins + [...quote].length };
  }

  function askAbout(quote) {
    const field = document.querySelector('#question textarea');
    const phrase = `“${quote.trim().replace(/\s+/g, ' ')}”`;
    const set = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set;
    set.call(field, phrase);
    field.dispatchEvent(new Event('input', { bubbles: true }));
    field.focus();
    field.setSelectionRange(phrase.length, phrase.length);
  }

  // A small bar that shows below what is selected in `text`, until it is drawn anew.
  function drawSelectionBar(text, view, { close, signal }) {
    const bar = make('div', 'selection-bar');
    bar.hidden = true;
    bar.setAttribute('role', 'group');
    bar.setAttribute('aria-label', t('selection'));
    let found = null;
    let dragging = false;

    const at = () => ({
      path: view.document, start: found.start, end: found.end, state: '', quote: found.quote,
    });
    const quote = button('plain', t('quote_this'), '', async () => {
      const plain = `“${found.quote}” — ${view.title}${found.label}`;
      try {
        const { text: whole, said } = await citing.quoted(at(), plain);
        await copyText(whole);
        say(said);
        // The text that it is from is kept.
        const { document: doc, state } = view;
        citations([{ doc, state, start: found.start, end: found.end }]);
      } catch (error) {
        citing.tell(error.message);
        return;
      }
      quote.textContent = t('copied');
      setTimeout(() => { quote.textContent = t('quote_this'); }, 1600);
    });
    const ask = button('plain', t('ask_about'), '', () => {
      const phrase = found.quote;
      getSelection().removeAllRanges();
      close();
      askAbout(phrase);
    });
    const pin = button('plain', t('pin_this'), '', async () => {
      const stretch = at();
      getSelection().removeAllRanges();
      await citing.pin(stretch);
    });
    const cite = button('plain', t('cite'), t('cite_this'), () => citing.choose(at(), cite));
    bar.append(quote, cite, pin, ask);
    // Pressing a button must not take the selection away.
    bar.addEventListener('pointerdown', (event) => event.preventDefault());

    // A bar that comes up under the pointer would catch the selection.
    text.addEventListener('pointerdown', (event) => {
      dragging = event.pointerType === 'mouse';
    });
    for (const kind of ['pointerup', 'pointercancel']) {
      document.addEventListener(kind, () => {
        if (!dragging) return;
        dragging = false;
        follow();
      }, { signal });
    }

    function follow() {
      if (dragging) return;
      found = text.isConnected ? selected(text, view) : null;
      bar.hidden = found === null;
      if (found) putBelow(found.range);
    }

    function putBelow(range) {
      const boxes = range.getClientRects();
      const box = boxes[boxes.length - 1] || range.getBoundingClientRect();
      const outer = bar.offsetParent.getBoundingClientRect();
      const widest = outer.width - bar.offsetWidth - 8;
      const left = Math.max(8, Math.min(widest, box.right - outer.left - bar.offsetWidth / 2));
      const lowest = outer.height - bar.offsetHeight - 8;
      const top = Math.max(8, Math.min(lowest, box.bottom - outer.top + 8));
      bar.style.left = `${left}px`;
      bar.style.top = `${top}px`;
    }

    return { bar, follow };
  }

  Object.assign(window.citeback, { drawSelectionBar });
})();
