// The sheet in which a quote's reference is chosen, looked at, completed and copied.
(() => {
  const {
    t, make, button, copyText, say, citing,
  } = window.citeback;
  const KINDS = ['webpage', 'document', 'report', 'book', 'article'];
  let sheet = null;

  function option(value, text, chosen) {
    const one = make('option', '', text);
    one.value = value;
    one.selected = value === chosen;
    return one;
  }

  function choice(id, options, chosen) {
    const select = make('select');
    select.id = id;
    select.append(...options.map(([value, text]) => option(value, text, chosen)));
    return select;
  }

  function labelled(text, input) {
    const label = make('label', '', text);
    label.htmlFor = input.id;
    return label;
  }

  async function choose(data, opener) {
    if (sheet) sheet.remove();
    sheet = make('dialog', 'reference-sheet');
    sheet.setAttribute('aria-labelledby', 'reference-title');
    const dialog = sheet;
    const head = make('div', 'drawer-head');
    const title = make('h2', '', t('reference'));
    title.id = 'reference-title';
    head.append(title, button('plain', t('close'), '', () => dialog.close()));
    const readable = citing.styles().filter(([style]) => style !== 'place');
    const chosen = citing.style() === 'place' ? readable[0][0] : citing.style();
    const select = choice('reference-style', readable, chosen);
    const shown = make('pre', 'reference-shown');
    shown.tabIndex = 0;
    shown.dir = 'auto';
    const told = make('p', 'reference-told');
    told.setAttribute('role', 'status');
    const form = make('form', 'reference-form');
    const copy = button('primary', t('copy_reference'), '', take);
    const always = make('label', 'switch');
    const box = make('input');
    box.type = 'checkbox';
    box.checked = citing.style() !== 'place';
    box.addEventListener('change', remember);
    always.append(box, t('style_always'));
    const row = make('div', 'reference-row');
    row.append(labelled(t('style'), select), select);
    dialog.append(head, row, shown, copy, always, told, form);
    document.querySelector('.gradio-container').append(dialog);
    let made = null;

    function remember() {
      citing.useStyle(box.checked ? select.value : 'place');
    }

    async function take() {
      if (!made) return;
      await copyText(made.copied);
      citing.keepText(data);
      say(t('quote_copied'));
      copy.textContent = t('copied');
      setTimeout(() => { copy.textContent = t('copy_reference'); }, 1600);
    }

    async function draw() {
      try {
        made = await citing.reference(data, select.value);
      } catch (error) {
        shown.textContent = error.message;
        made = null;
        return;
      }
      shown.textContent = made.copied;
      const says = [];
      if (made.missing.length) says.push(t('reference_missing', { fields: citing.named(made.missing) }));
      if (made.doubtful.length) says.push(t('reference_doubtful', { fields: citing.named(made.doubtful) }));
      told.textContent = says.join(' ');
      told.hidden = says.length === 0;
      drawForm();
    }

    function drawForm() {
      const fields = made.fields.map(({ name, value }) => {
        const input = name === 'kind'
          ? choice(`fill-${name}`, KINDS.map((kind) => [kind, t(`kind_${kind}`)]), value)
          : make('input');
        input.id = `fill-${name}`;
        input.name = name;
        input.dir = 'auto';
        if (name !== 'kind') input.value = value;
        input.dataset.was = value;
        if (made.missing.includes(name) || made.doubtful.includes(name)) input.classList.add('wanted');
        const part = make('div', 'reference-field');
        part.append(labelled(t(`field_${name}`), input), input);
        return part;
      });
      const help = make('p', 'reference-help', `${t('names_help')} ${t('fill_help')}`);
      const send = make('button', 'plain', t('fill_save'));
      send.type = 'submit';
      const details = make('details');
      details.open = made.missing.length + made.doubtful.length > 0;
      details.append(make('summary', '', t('fill_in')), ...fields, help, send);
      form.replaceChildren(details);
    }

    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      const values = {};
      for (const input of form.querySelectorAll('input, select')) {
        if (input.value !== input.dataset.was) values[input.name] = input.value;
      }
      try {
        await citing.post('reference/fill', { path: citing.stretch(data).path, values });
      } catch (error) {
        told.hidden = false;
        told.textContent = error.message;
        return;
      }
      await draw();
      select.focus();
      say(t('fill_saved'));
    });
    select.addEventListener('change', () => { remember(); draw(); });
    dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });
    dialog.addEventListener('close', () => {
      dialog.remove();
      if (sheet === dialog) sheet = null;
      if (opener && opener.isConnected) opener.focus();
    });
    await draw();
    if (dialog.isConnected) dialog.showModal();
  }

  document.addEventListener('click', (event) => {
    const node = event.target.closest('#chat button.reference');
    if (node) choose(node.dataset, node);
  });

  citing.choose = choose;
})();
