// A document's pages as they look, with the marked passage on them.
(() => {
  const { t, make, button, kept, keep } = window.citeback;
  const WIDEST = 1600; // pixels

  // `view` is what the reader shows; `changed` is told when text or page is chosen.
  function drawPages(view, { changed, signal }) {
    const sheet = make('div', 'reader-pages');
    sheet.tabIndex = 0;
    sheet.setAttribute('role', 'region');
    sheet.setAttribute('aria-label', t('pages_of', { title: view.title }));
    const scroll = make('div', 'page-scroll');
    const figure = make('figure', 'page-sheet');
    const picture = make('img');
    const problem = make('p', 'reader-empty');
    const count = make('span', 'reader-count');
    const previous = button('plain turn', '←', t('previous_page'), () => turn(-1));
    const next = button('plain turn', '→', t('next_page'), () => turn(1));
    const bar = make('div', 'page-bar');
    bar.append(previous, count, next);
    figure.append(picture);
    scroll.append(figure, problem);
    sheet.append(bar, scroll);

    let boxes = []; // of the marked passage, its best sentence's with `best`
    let page = 0;
    let pages = 0;
    let newest = 0; // older replies are dropped
    let address = '';
    const release = () => { if (address) URL.revokeObjectURL(address); };
    signal.addEventListener('abort', () => { newest += 1; release(); });

    const ask = (what, values) => fetch(
      `${what}?${new URLSearchParams({ path: view.document, ...values })}`, { signal },
    );

    function fail(words) {
      problem.textContent = words;
      problem.hidden = false;
      figure.hidden = true;
      sheet.dataset.page = '';
    }

    // Runs one errand at a time; what it finds out is dropped if another one began.
    async function errand(work) {
      newest += 1;
      const own = newest;
      sheet.setAttribute('aria-busy', 'true');
      try {
        await work(() => own !== newest);
      } catch (error) {
        if (own === newest && error.name !== 'AbortError') fail(error.message);
      }
      if (own === newest) sheet.removeAttribute('aria-busy');
    }

    async function answered(reply) {
      if (!reply.ok) throw new Error(await reply.text());
      return reply;
    }

    async function found(start, end, best) {
      const reply = await answered(await ask('boxes', { start, end }));
      return (await reply.json()).map((box) => ({ ...box, best }));
    }

    // Shows the page on which a passage's best sentence begins.
    const show = (cited, around) => errand(async (late) => {
      const spans = cited ? [[cited.best, true], [cited.passage, false]] : [];
      const lists = await Promise.all(
        spans.map(([[start, end], best]) => found(start, end, best)),
      );
      const from = cited ? [] : await found(around, around + 1, false);
      if (late()) return;
      boxes = lists.flat();
      await load((boxes[0] || from[0] || { page: 1 }).page, late);
    });

    const turn = (by) => errand((late) => load(page + by, late));

    async function load(wanted, late) {
      const room = Math.max(scroll.clientWidth, 320) * (window.devicePixelRatio || 1);
      const width = Math.min(WIDEST, Math.round(room * 1.3));
      const reply = await answered(await ask('picture', { number: wanted, width }));
      const blob = await reply.blob();
      if (late()) return;
      page = Number(reply.headers.get('X-Page'));
      pages = Number(reply.headers.get('X-Pages'));
      const label = decodeURIComponent(reply.headers.get('X-Label'));
      release();
      address = URL.createObjectURL(blob);
      picture.src = address;
      picture.alt = t('page_alt', { label });
      await picture.decode();
      if (late()) return;
      problem.hidden = true;
      figure.hidden = false;
      count.textContent = t('page_of', { label, page, pages });
      previous.disabled = page <= 1;
      next.disabled = page >= pages;
      mark();
      sheet.dataset.page = page;
    }

    function mark() {
      for (const old of figure.querySelectorAll('.box')) old.remove();
      const here = boxes.filter((box) => box.page === page);
      // The best sentence lies on top of its passage.
      for (const box of [...here].sort((a, b) => a.best - b.best)) {
        const node = make('i', box.best ? 'box best' : 'box');
        // Of words that OCR has read, only the page is known.
        node.classList.toggle('whole', box.right - box.left === 1);
        node.style.left = `${100 * box.left}%`;
        node.style.top = `${100 * box.top}%`;
        node.style.width = `${100 * (box.right - box.left)}%`;
        node.style.height = `${100 * (box.bottom - box.top)}%`;
        figure.append(node);
      }
      const first = figure.querySelector('.box.best') || figure.querySelector('.box');
      const top = first ? first.offsetTop - scroll.clientHeight * 0.3 : 0;
      scroll.scrollTo(0, Math.max(0, top));
      if (first) scroll.scrollLeft = Math.max(0, first.offsetLeft - 24);
    }

    const looks = make('div', 'looks');
    looks.setAttribute('role', 'group');
    looks.setAttribute('aria-label', t('show_as'));
    const choice = (name, words) => {
      const one = button('plain', words, '', () => {
        keep('look', name);
        press();
        changed();
      });
      one.dataset.look = name;
      return one;
    };
    const choices = [choice('text', t('look_text')), choice('page', t('look_page'))];
    const press = () => {
      for (const one of choices) one.setAttribute('aria-pressed', one.dataset.look === look());
    };
    looks.append(...choices);
    press();
    return { sheet, looks, show };
  }

  // Whether a document with pages is shown as text or as its pages.
  const look = () => (kept('look', 'text') === 'page' ? 'page' : 'text');

  Object.assign(window.citeback, { drawPages, look });
})();
