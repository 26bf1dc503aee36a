// Which documents are asked: chosen in the library panel, told beside the question box,
// sent along with each question. Kept for this tab.
(() => {
  const { t, counted, kept, keep } = window.citeback;
  const nothing = () => ({ paths: [], tags: [], after: '', before: '' });
  const DAY = /^\d{4}-\d{2}-\d{2}$/;
  let documents = []; // all that can be asked

  const texts = (list) => (Array.isArray(list) ? list.filter((one) => typeof one === 'string') : []);
  const day = (text) => (DAY.test(text) ? text : '');

  function read(value) {
    if (!value || typeof value !== 'object') return nothing();
    return {
      paths: texts(value.paths),
      tags: texts(value.tags),
      after: day(value.after),
      before: day(value.before),
    };
  }

  let scope = read(kept('scope', null, 'sessionStorage'));

  const isWhole = (one) => !one.paths.length && !one.tags.length && !one.after && !one.before;

  function holds(one, document) {
    const tags = document.tags.map((tag) => tag.toLowerCase());
    return (!one.paths.length || one.paths.includes(document.path))
      && (!one.tags.length || one.tags.some((tag) => tags.includes(tag.toLowerCase())))
      && ((!one.after && !one.before) || Boolean(document.day))
      && (!one.after || one.after <= document.day)
      && (!one.before || document.day < one.before);
  }

  function set(changes) {
    scope = read({ ...scope, ...changes });
    keep('scope', scope, 'sessionStorage');
    document.dispatchEvent(new CustomEvent('citeback:scope'));
  }

  // What has gone is not chosen any more.
  function setDocuments(list) {
    documents = list;
    const paths = scope.paths.filter((path) => list.some((one) => one.path === path));
    const tags = scope.tags.filter((tag) => list.some((one) => holds({ ...nothing(), tags: [tag] }, one)));
    set({ paths, tags });
  }

  // "Asking 3 of 12 documents"; "" for all.
  function said() {
    if (isWhole(scope)) return '';
    const number = documents.filter((one) => holds(scope, one)).length;
    return t('asking_some', { number, documents: counted('document', documents.length) });
  }

  // As parts of an address, and back.
  function toAddress(one, parameters) {
    for (const name of ['in', 'tag', 'after', 'before']) parameters.delete(name);
    if (!one || isWhole(one)) return;
    for (const path of one.paths) parameters.append('in', path);
    for (const tag of one.tags) parameters.append('tag', tag);
    if (one.after) parameters.set('after', one.after);
    if (one.before) parameters.set('before', one.before);
  }

  function fromAddress(parameters) {
    return read({
      paths: parameters.getAll('in'),
      tags: parameters.getAll('tag'),
      after: parameters.get('after') || '',
      before: parameters.get('before') || '',
    });
  }

  window.citeback.scope = {
    get: () => scope,
    clear: () => set(nothing()),
    use: (one) => set(read(one)),
    set,
    setDocuments,
    said,
    read,
    isWhole,
    toAddress,
    fromAddress,
  };
})();
