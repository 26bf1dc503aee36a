// What became of a quotation since it was cited: its difference, and the text of then.
(() => {
  const { t, make, button, differenceParts } = window.citeback;

  // Added and removed words are told by more than their colour.
  function drawDifference(differences) {
    const quote = make('blockquote', 'change-quote');
    quote.dir = 'auto';
    quote.append(...differenceParts(differences, (change, text) => [
      make('span', 'unseen-text', `[${t(`word_${change}`)}: `), text, make('span', 'unseen-text', ']'),
    ]));
    return quote;
  }

  // `current` is the document to go back to from a text of then.
  function drawChange(change, open, current) {
    const note = make('div', 'reader-change');
    note.dataset.standing = change.standing;
    note.setAttribute('role', 'note');
    note.tabIndex = 0; // a long one scrolls
    note.append(make('p', '', t(`change_${change.standing}`)));
    if (change.differences.length > 0) note.append(drawDifference(change.differences));
    if (change.title) note.append(make('p', '', t('change_elsewhere', { title: change.title })));
    if (!change.certain) note.append(make('p', '', t('change_unsure')));
    const { document, start, end, version } = change;
    if (version) {
      note.append(button('plain earlier', t('read_earlier'), '', () => open({
        document, start, end, version,
      })));
    }
    if (current) {
      note.append(button('plain current', t('read_current'), '', () => open({ document: current })));
    }
    return note;
  }

  Object.assign(window.citeback, { drawChange });
})();
