// Sends files to the library and follows what becomes of them, whether the panel is open
// or not. Tells of each change by the event citeback:uploads; knows nothing of the panel.
(() => {
  const { t, make } = window.citeback;
  const FOLLOW_MS = 400;
  const state = {
    sending: null, // { number, total, name, share } of the file that is being sent
    job: null, // as the server tells it
    results: [], // { name, state, reason, paragraphs }
    problem: '',
    stopping: false,
  };
  const waiting = [];
  let working = false;
  let request = null;
  let maxBytes = Infinity;

  const tell = () => document.dispatchEvent(new CustomEvent('citeback:uploads'));
  const isBusy = () => working;

  // Asks the server; its refusals become errors with a sentence for people.
  async function call(path, { parameters = {}, body } = {}) {
    const query = new URLSearchParams(parameters);
    const options = { method: 'POST', headers: { 'x-citeback': 'page' } };
    if (body !== undefined) {
      options.body = JSON.stringify(body);
      options.headers['content-type'] = 'application/json';
    }
    let reply;
    try {
      reply = await fetch(`library/${path}?${query}`, options);
    } catch {
      throw new Error(t('unreachable'));
    }
    const said = await reply.json().catch(() => ({}));
    if (!reply.ok) throw new Error(said.reason || said.detail || t('unreachable'));
    return said;
  }

  async function look(path = '') {
    try {
      const reply = await fetch(`library${path}`);
      if (reply.ok) return await reply.json();
    } catch {
      // told below
    }
    throw new Error(t('unreachable'));
  }

  // Not by fetch, which does not tell how much has been sent.
  function send(file, number, total) {
    return new Promise((resolve, reject) => {
      request = new XMLHttpRequest();
      request.open('POST', `library/upload?${new URLSearchParams({ name: file.name })}`);
      request.setRequestHeader('x-citeback', 'page');
      request.responseType = 'json';
      request.upload.onprogress = ({ loaded }) => {
        state.sending = { number, total, name: file.name, share: file.size ? loaded / file.size : 1 };
        tell();
      };
      request.onload = () => {
        const said = request.response || {};
        if (request.status === 200) resolve(said.token);
        else reject(new Error(said.reason || said.detail || t('unreachable')));
      };
      request.onerror = () => reject(new Error(t('unreachable')));
      request.onabort = () => reject(new Error(''));
      request.send(file);
    });
  }

  // The reason why a file need not be sent at all, or "".
  function refusal(file) {
    if (file.isEmptyFolder) return t('empty_folder');
    if (file.size <= maxBytes) return '';
    const megabytes = (bytes) => (bytes / 1e6).toFixed(1).replace('.0', '');
    return t('too_large', { size: megabytes(file.size), limit: megabytes(maxBytes) });
  }

  async function sendAll(files) {
    const sent = [];
    for (const [at, file] of files.entries()) {
      const result = { name: file.name, state: 'waiting', reason: refusal(file), paragraphs: 0 };
      state.results.push(result);
      if (state.stopping) {
        result.state = 'stopped';
      } else if (result.reason) {
        result.state = 'refused';
      } else {
        state.sending = { number: at + 1, total: files.length, name: file.name, share: 0 };
        tell();
        try {
          sent.push({ token: await send(file, at + 1, files.length), result });
        } catch (error) {
          result.state = state.stopping ? 'stopped' : 'refused';
          result.reason = error.message;
        }
      }
    }
    state.sending = null;
    tell();
    return sent;
  }

  const pause = () => new Promise((resolve) => { setTimeout(resolve, FOLLOW_MS); });

  // Until the work is done, seen again and again.
  async function follow(job) {
    state.job = job;
    let complete = 0;
    while (!state.job.done) {
      tell();
      const files = state.job.progress ? state.job.progress.files : 0;
      if (files > complete) {
        complete = files;
        document.dispatchEvent(new CustomEvent('citeback:grown'));
      }
      await pause();
      state.job = (await look('/job')) || { ...state.job, done: true };
    }
    state.problem = state.job.problem;
    return state.job;
  }

  async function addAll(files) {
    const sent = await sendAll(files);
    if (!sent.length) return;
    if (state.stopping) {
      for (const { result } of sent) result.state = 'stopped';
      return;
    }
    const job = await follow(await call('add', { body: sent.map((one) => one.token) }));
    for (const [at, { result }] of sent.entries()) {
      const { state: became, reason, paragraphs } = job.files[at]
        || { state: job.stopped ? 'stopped' : 'refused', reason: job.problem, paragraphs: 0 };
      Object.assign(result, { state: became, reason, paragraphs });
    }
  }

  // One thing after the other; whatever goes wrong is told, and the next may go on.
  async function work(task) {
    working = true;
    state.problem = '';
    state.stopping = false;
    tell();
    try {
      await task();
    } catch (error) {
      state.problem = error.message;
      for (const one of state.results) if (one.state === 'waiting') Object.assign(one, { state: 'refused', reason: error.message });
    }
    working = false;
    state.sending = null;
    tell();
    document.dispatchEvent(new CustomEvent('citeback:grown'));
  }

  async function add(files) {
    waiting.push(...files);
    if (working) {
      tell();
      return;
    }
    state.results = [];
    state.job = null;
    while (waiting.length) {
      const batch = waiting.splice(0);
      await work(() => addAll(batch));
    }
  }

  function refresh() {
    if (working) return;
    state.results = [];
    work(async () => { await follow(await call('refresh')); });
  }

  // What the server was doing already when the page was loaded.
  function goOn(job) {
    if (working || !job || job.done) return;
    state.results = job.names.map((name) => ({ name, state: 'waiting', reason: '', paragraphs: 0 }));
    work(async () => {
      const ended = await follow(job);
      if (ended.files.length) state.results = ended.files;
    });
  }

  function cancel() {
    state.stopping = true;
    waiting.splice(0);
    if (state.sending && request) request.abort();
    else call('stop').catch((error) => { state.problem = error.message; tell(); });
    tell();
  }

  function dismiss() {
    if (working) return;
    state.results = [];
    state.job = null;
    state.problem = '';
    tell();
  }

  // ---- dropped anywhere on the page

  const hasFiles = (event) => event.dataTransfer && [...event.dataTransfer.types].includes('Files');
  let depth = 0;

  function highlight(on) {
    const shown = document.querySelector('.drop-here');
    if (on && !shown) document.querySelector('.gradio-container').append(make('div', 'drop-here', t('drop_here')));
    if (!on && shown) shown.remove();
  }

  const readEntries = (reader) => new Promise((resolve, reject) => { reader.readEntries(resolve, reject); });
  const fileOf = (entry) => new Promise((resolve, reject) => { entry.file(resolve, reject); });

  // The files in a folder and in those within it, without hidden ones.
  async function filesIn(folder) {
    const reader = folder.createReader();
    const found = [];
    // The browser gives out a hundred at a time.
    for (let some = await readEntries(reader); some.length; some = await readEntries(reader)) {
      for (const entry of some.filter((one) => !one.name.startsWith('.'))) {
        found.push(...(entry.isDirectory ? await filesIn(entry) : [await fileOf(entry)]));
      }
    }
    return found;
  }

  async function filesOf({ entry, file }) {
    if (!entry || !entry.isDirectory) return [file];
    try {
      const found = await filesIn(entry);
      if (found.length) return found;
    } catch {
      // Told as a folder that holds nothing to be read.
    }
    return [{ name: entry.name, size: 0, isEmptyFolder: true }];
  }

  // What was dropped has to be taken before the event is over.
  async function dropped(transfer) {
    const items = [...transfer.items].filter((item) => item.kind === 'file').map((item) => ({
      entry: item.webkitGetAsEntry ? item.webkitGetAsEntry() : null,
      file: item.getAsFile(),
    }));
    return (await Promise.all(items.map(filesOf))).flat().filter(Boolean);
  }

  document.addEventListener('dragenter', (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth += 1;
    highlight(true);
  }, true);
  document.addEventListener('dragover', (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
  }, true);
  document.addEventListener('dragleave', (event) => {
    if (!hasFiles(event)) return;
    depth = Math.max(0, depth - 1);
    if (depth === 0) highlight(false);
  }, true);
  document.addEventListener('drop', async (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    event.stopPropagation();
    depth = 0;
    highlight(false);
    const files = await dropped(event.dataTransfer);
    if (!files.length) return;
    document.dispatchEvent(new CustomEvent('citeback:open-library'));
    add(files);
  }, true);

  window.citeback.uploads = {
    state, add, refresh, cancel, dismiss, goOn, isBusy, call, look,
    limit: (bytes) => { maxBytes = bytes; },
  };
})();
