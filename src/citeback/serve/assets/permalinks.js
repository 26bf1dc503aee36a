// What quotes are cited by, as the server knows it; what is cited so is kept there.
(() => {
  // The place that a card's link names.
  function cited(link) {
    const { doc, start, end, state } = Object.fromEntries(new URLSearchParams(link));
    return { doc, start: Number(start), end: Number(end), state };
  }

  // In the order of the places; null for what cannot be cited as it was shown.
  async function citations(places) {
    if (places.length === 0) return [];
    try {
      const reply = await fetch('citations/quotes', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-citeback': 'page' },
        body: JSON.stringify(places),
      });
      return reply.ok ? await reply.json() : places.map(() => null);
    } catch {
      return places.map(() => null);
    }
  }

  // The address of the page at a quote, which finds it after edits, too.
  async function linkTo(link) {
    const [citation] = await citations([cited(link)]);
    return location.origin + location.pathname + (citation ? citation.link : link);
  }

  Object.assign(window.citeback, { cited, citations, linkTo });
})();
