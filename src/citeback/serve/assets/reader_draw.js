// Draws a document's blocks with textContent only, so that nothing a document holds
// can become markup.
(() => {
  const { t, make } = window.citeback;

  function drawBlock(block) {
    const heading = block.kind === 'heading';
    const tag = heading ? `h${Math.min(6, block.level + 2)}` : 'div';
    const node = make(tag, `block ${block.kind}`);
    node.dataset.start = block.start;
    if (block.kind === 'furniture') {
      const why = block.note ? `${t('not_searched')}: ${block.note}` : t('not_searched');
      node.append(make('span', 'block-note', why));
    }
    if (block.paragraph > 0) {
      const number = make('span', 'block-number', block.paragraph);
      number.setAttribute('aria-hidden', 'true');
      node.append(number);
    }
    const words = make(heading ? 'span' : 'p', block.verse ? 'words verse' : 'words');
    words.dir = 'auto';
    let mark = null;
    for (const run of block.runs) {
      if (run.cited.length === 0) {
        words.append(run.text);
        mark = null;
        continue;
      }
      // Runs that differ only in their words make one mark, so that it stays whole.
      const cited = run.cited.join(' ');
      const best = run.best.join(' ');
      if (!mark || mark.dataset.cited !== cited || mark.dataset.best !== best) {
        mark = make('mark');
        mark.dataset.cited = cited;
        mark.dataset.best = best;
        words.append(mark);
      }
      mark.append(run.words.length > 0 ? drawWord(run) : run.text);
    }
    node.append(words);
    return node;
  }

  function drawWord(run) {
    const word = make('b', '', run.text);
    word.dataset.words = run.words.join(' ');
    return word;
  }

  const holds = (list, number) => list.split(' ').includes(String(number));

  // Marks the passage of one number, its best sentence and the words that met.
  function markPassage(pane, active) {
    for (const mark of pane.querySelectorAll('mark')) {
      mark.classList.toggle('active', holds(mark.dataset.cited, active));
      mark.classList.toggle('best', holds(mark.dataset.best, active));
      mark.removeAttribute('tabindex');
    }
    for (const word of pane.querySelectorAll('mark b')) {
      word.classList.toggle('met', holds(word.dataset.words, active));
    }
    for (const block of pane.querySelectorAll('.block')) {
      block.classList.toggle('active', block.querySelector('mark.active') !== null);
    }
  }

  Object.assign(window.citeback, { drawBlock, markPassage });
})();
