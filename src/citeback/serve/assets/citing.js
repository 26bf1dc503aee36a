// What can be done with a quote anywhere on the page: put it into the dossier, copy it
// with its reference. Others call these; the server keeps all of it.
(() => {
  const { t, say, kept, keep } = window.citeback;
  const PLAIN = 'place'; // quote, title and place, as without any style
  const STYLES = [
    [PLAIN, null],
    ['chicago-notes', 'Chicago (notes)'],
    ['chicago-author-date', 'Chicago (author-date)'],
    ['apa', 'APA'],
    ['mla', 'MLA'],
    ['harvard', 'Harvard'],
    ['ieee', 'IEEE'],
    ['bluebook', 'Bluebook'],
    ['bibtex', 'BibTeX'],
    ['ris', 'RIS'],
    ['csl-json', 'CSL-JSON'],
  ];
  const DATA = ['bibtex', 'ris', 'csl-json'];
  let dossier = { title: '', pins: [], revision: -1 };
  let gone = null; // the pin that was removed last

  // The styles to choose from, as options; without those that programs read, if so.
  function styles(readable = false) {
    return STYLES
      .filter(([style]) => !readable || (style !== PLAIN && !DATA.includes(style)))
      .map(([style, name]) => [style, name || t('style_place')]);
  }

  const style = () => {
    const wanted = kept('style', PLAIN);
    return STYLES.some(([one]) => one === wanted) ? wanted : PLAIN;
  };
  const useStyle = (wanted) => keep('style', wanted);

  async function call(path, options) {
    let reply;
    try {
      reply = await fetch(path, options);
    } catch {
      throw new Error(t('unreachable'));
    }
    const said = await reply.json().catch(() => ({}));
    if (!reply.ok) {
      throw new Error(said.reason || (typeof said.detail === 'string' && said.detail) || t('unreachable'));
    }
    return said;
  }

  const post = (path, values) => call(path, {
    method: 'POST',
    headers: { 'x-citeback': 'page', 'content-type': 'application/json' },
    body: JSON.stringify(values),
  });

  // Where a button's passage stands, from its data or as it is.
  function stretch(data) {
    const { start, end, state = '', quote = '' } = data;
    return {
      path: data.of ?? data.path, start: Number(start), end: Number(end), state, quote,
    };
  }

  const reference = (data, wanted) => call(
    `reference?${new URLSearchParams({ ...stretch(data), style: wanted })}`,
  );

  const named = (fields) => fields.map((field) => t(`field_${field}`)).join(', ');

  // The text that a quote was copied from stays readable, whatever becomes of the document.
  function keepText(data) {
    const {
      path, start, end, state,
    } = stretch(data);
    return window.citeback.citations([{
      doc: path, start, end, state,
    }]);
  }

  // The quote as it is copied in the style of this browser, and what to say of it.
  async function quoted(data, plain) {
    if (style() === PLAIN) return { text: plain, said: t('quote_copied') };
    const made = await reference(data, style());
    await keepText(data);
    if (made.missing.length === 0) return { text: made.copied, said: t('quote_copied') };
    const said = t('copied_missing', { fields: named(made.missing) });
    tell(said, t('fill_in'), () => window.citeback.citing.choose(data, document.body));
    return { text: made.copied, said };
  }

  // ---- a line at the foot of the page, with a way on

  let toast = null;

  function tell(text, action = '', act = null) {
    if (toast) toast.remove();
    const { make, button } = window.citeback;
    toast = make('div', 'toast');
    toast.append(make('p', '', text));
    const shown = toast;
    const away = () => shown.remove();
    if (action) toast.append(button('plain', action, '', () => { away(); act(); }));
    toast.append(button('plain dismiss', '×', t('dismiss'), away));
    document.querySelector('.gradio-container').append(toast);
    say(text);
    setTimeout(away, 12_000);
  }

  // ---- the dossier

  function took(view) {
    // An answer that was overtaken by a later one says nothing new.
    if (view.revision < dossier.revision) return;
    dossier = view;
    document.dispatchEvent(new CustomEvent('citeback:dossier'));
  }

  async function change(path, values) {
    try {
      took(await post(`dossier/${path}`, values));
      return true;
    } catch (error) {
      tell(error.message);
      return false;
    }
  }

  async function load() {
    try {
      took(await call('dossier'));
    } catch (error) {
      // Not at the start of a server that is not there: that is told elsewhere.
      if (error.message !== t('unreachable')) tell(error.message);
    }
  }

  const find = (data) => {
    const { path, start, end, state } = stretch(data);
    return dossier.pins.find((pin) => (
      pin.path === path && pin.start === start && pin.end === end && pin.state.startsWith(state)
    ));
  };

  async function pin(data, question = '', asked = '') {
    const done = await change('pin', { ...stretch(data), question, asked });
    if (done) say(t('pin_done'));
    return done;
  }

  async function unpin(one) {
    if (!await change('remove', { key: one.key })) return;
    gone = one;
    tell(t('pin_removed'), t('undo'), () => putBack());
  }

  async function putBack() {
    if (gone && await change('restore', { key: gone.key })) gone = null;
  }

  // What is pinned shows on its buttons, which are drawn anew with every answer.
  function press(root = document) {
    for (const node of root.querySelectorAll('#chat button.pin')) {
      const pinned = find(node.dataset) !== undefined;
      if (node.getAttribute('aria-pressed') === String(pinned)) continue;
      node.setAttribute('aria-pressed', pinned);
      node.textContent = t(pinned ? 'pinned' : 'pin');
    }
    const opener = document.querySelector('#header [data-drawer=dossier]');
    const number = dossier.pins.length;
    if (opener && opener.dataset.count !== String(number)) opener.dataset.count = number;
    if (opener) opener.setAttribute('aria-label', number ? `${t('dossier')} (${number})` : t('dossier'));
  }

  document.addEventListener('click', (event) => {
    const node = event.target.closest('#chat button.pin');
    if (!node) return;
    const found = find(node.dataset);
    const { question, asked } = node.closest('.answer').dataset;
    if (found) unpin(found);
    else pin(node.dataset, question, asked);
  });

  document.addEventListener('citeback:dossier', () => press());
  document.addEventListener('citeback:answered', () => press());
  let due = 0;
  new MutationObserver(() => {
    if (due) return;
    due = setTimeout(() => { due = 0; press(); }, 60);
  }).observe(document.documentElement, { childList: true, subtree: true });
  // Another tab may have pinned something.
  document.addEventListener('visibilitychange', () => { if (!document.hidden) load(); });

  window.citeback.citing = {
    styles, style, useStyle, reference, quoted, tell, post, stretch, named, pin, unpin,
    change, load, keepText, dossier: () => dossier, choose: () => {},
  };
})();
