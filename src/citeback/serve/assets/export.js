// Writes the conversation that is on the page as a Markdown file, in the browser.
(() => {
  const { t, language, cited, citations } = window.citeback;

  // Letter by letter what it says, whatever it would mean in Markdown or HTML.
  function escaped(text) {
    return text
      .replace(/[\\`*_[\]<>&#!|~$]/g, '\\$&')
      .replace(/^(\s*)([-+=]|\d+[.)])/gm, '$1\\$2');
  }

  const quoted = (text) => escaped(text).split('\n').map((line) => `> ${line}`).join('\n');

  // A receipt says for itself what it proves, and has no sign that Markdown knows.
  function passageLines(card, citation) {
    const number = card.dataset.n;
    const part = card.closest('.found-in');
    const title = (part || card).querySelector('.title').textContent;
    const place = card.querySelector('.place').textContent;
    const query = citation ? citation.link : card.querySelector('.link').dataset.link;
    const link = location.origin + location.pathname + query;
    const source = `${number}. ${escaped(title)}, ${escaped(place)} · <${link}>`;
    const quote = quoted(card.querySelector(part ? 'blockquote' : 'mark').textContent);
    const proof = citation ? [`\`${citation.receipt.text}\``, ''] : [];
    return [source, '', quote, '', ...proof];
  }

  function answerLines(answer, citationOf) {
    const said = answer.querySelector('.verdict, .problem');
    const lines = [`## ${escaped(answer.dataset.question.replace(/\s+/g, ' '))}`, ''];
    if (said) lines.push(`**${escaped(said.textContent)}**`, '');
    for (const note of answer.querySelectorAll('.unseen, .notice')) {
      lines.push(escaped(note.textContent), '');
    }
    for (const card of answer.querySelectorAll('.card')) {
      lines.push(...passageLines(card, citationOf.get(card)));
    }
    return lines;
  }

  // What each passage on the page is cited by; the server keeps the texts they are from.
  async function allCitations() {
    const cards = [...document.querySelectorAll('#chat .answer .card')];
    const links = cards.map((card) => card.querySelector('.link').dataset.link);
    const known = await citations(links.map(cited));
    return new Map(cards.map((card, index) => [card, known[index]]));
  }

  function asMarkdown(name, citationOf) {
    const now = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short' });
    const lines = [`# ${escaped(name)}`, '', t('exported', { date: now.format(new Date()) }), ''];
    for (const answer of document.querySelectorAll('#chat .answer')) {
      lines.push(...answerLines(answer, citationOf));
    }
    return lines.join('\n');
  }

  async function exportConversation(name) {
    const text = asMarkdown(name, await allCitations());
    const file = new Blob([text], { type: 'text/markdown' });
    const link = document.createElement('a');
    link.href = URL.createObjectURL(file);
    const letters = name.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '');
    link.download = `${letters.slice(0, 60) || 'citeback'}.md`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  Object.assign(window.citeback, { exportConversation });
})();
