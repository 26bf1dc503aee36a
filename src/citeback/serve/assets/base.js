// What the page's other scripts share: its words, small builders, and memory.
window.citeback = (() => {
  const tables = JSON.parse(document.getElementById('words').textContent);
  const language = navigator.languages
    .map((tag) => tag.toLowerCase().split('-')[0])
    .find((tag) => tag in tables) || 'en';
  document.documentElement.lang = language;
  document.documentElement.dir = language === 'ar' ? 'rtl' : 'ltr';

  // The text of a key, `{name}` replaced by its value.
  function t(key, values = {}) {
    const text = tables[language][key];
    return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  }

  // A number with its noun, in the plural form that the language wants.
  function counted(noun, number) {
    const form = `${noun}.${new Intl.PluralRules(language).select(number)}`;
    const shown = new Intl.NumberFormat(language, { numberingSystem: 'latn' }).format(number);
    return t(form in tables[language] ? form : `${noun}.other`, { number: shown });
  }

  function make(tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    if (tag === 'button') node.type = 'button';
    return node;
  }

  function button(className, text, label, onClick) {
    const node = make('button', className, text);
    if (label) node.setAttribute('aria-label', label);
    node.addEventListener('click', onClick);
    return node;
  }

  // A button with a picture; its text gives way to the picture on a narrow screen.
  function iconButton(className, text, onClick) {
    const node = button(`plain icon ${className}`, undefined, text, onClick);
    node.append(make('span', '', text));
    node.title = text;
    return node;
  }

  // Where a passage stands, as people would cite it.
  function place({ paragraph, part, parts }) {
    if (!paragraph) return '';
    const label = `¶ ${paragraph}`;
    return parts === 1 ? label : `${label} ${t('part_of', { part, parts })}`;
  }

  // What makes one text of another: what is the same as text, what was taken out or put
  // in as an element with what is `told` of it.
  function differenceParts(differences, told) {
    return differences.map(([change, text]) => {
      if (change === 'same') return text;
      const part = make(change === 'added' ? 'ins' : 'del');
      part.append(...told(change, text));
      return part;
    });
  }

  // Told to screen readers by the reader's status line.
  function say(text) {
    document.dispatchEvent(new CustomEvent('citeback:say', { detail: text }));
  }

  async function copyText(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // No clipboard without a secure address: fall back to a selection.
      const area = document.createElement('textarea');
      area.value = text;
      area.style.position = 'fixed';
      area.style.opacity = '0';
      document.body.append(area);
      area.select();
      document.execCommand('copy');
      area.remove();
    }
  }

  // A value kept in this browser; `otherwise` if there is none, or no storage.
  function kept(key, otherwise, storage = 'localStorage') {
    try {
      const value = JSON.parse(window[storage].getItem(`citeback.${key}`));
      return value === null ? otherwise : value;
    } catch {
      return otherwise;
    }
  }

  // Whether the value could be kept: a browser may be full, or set not to keep any.
  function keep(key, value, storage = 'localStorage') {
    try {
      window[storage].setItem(`citeback.${key}`, JSON.stringify(value));
      return true;
    } catch {
      return false;
    }
  }

  return { t, language, counted, make, button, iconButton, place, say, copyText, kept, keep, differenceParts };
})();
