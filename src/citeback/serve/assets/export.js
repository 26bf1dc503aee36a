// Writes the conversation that is on the page as a Markdown file, in the browser.
(() => {
  const { t, language } = window.citeback;

  // Letter by letter what it says, whatever it would mean in Markdown or HTML.
  function escaped(text) {
    return text
      .replace(/[\\`*_[\]<>&#!|~$]/g, '\\$&')
      .replace(/^(\s*)([-+=]|\d+[.)])/gm, '$1\\$2');
  }

  const quoted = (text) => escaped(text).split('\n').map((line) => `> ${line}`).join('\n');

  function passageLines(card) {
    const number = card.dataset.n;
    const part = card.closest('.found-in');
    const title = (part || card).querySelector('.title').textContent;
    const place = card.querySelector('.place').textContent;
    const link = location.origin + location.pathname + card.querySelector('.link').dataset.link;
    const source = `${number}. ${escaped(title)}, ${escaped(place)} · <${link}>`;
    return [source, '', quoted(card.querySelector(part ? 'blockquote' : 'mark').textContent), ''];
  }

  function answerLines(answer) {
    const said = answer.querySelector('.verdict, .problem');
    const lines = [`## ${escaped(answer.dataset.question.replace(/\s+/g, ' '))}`, ''];
    if (said) lines.push(`**${escaped(said.textContent)}**`, '');
    for (const note of answer.querySelectorAll('.unseen, .notice')) {
      lines.push(escaped(note.textContent), '');
    }
    for (const card of answer.querySelectorAll('.card')) lines.push(...passageLines(card));
    return lines;
  }

  function asMarkdown(name) {
    const now = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short' });
    const lines = [`# ${escaped(name)}`, '', t('exported', { date: now.format(new Date()) }), ''];
    for (const answer of document.querySelectorAll('#chat .answer')) {
      lines.push(...answerLines(answer));
    }
    return lines.join('\n');
  }

  function exportConversation(name) {
    const file = new Blob([asMarkdown(name)], { type: 'text/markdown' });
    const link = document.createElement('a');
    link.href = URL.createObjectURL(file);
    const letters = name.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '');
    link.download = `${letters.slice(0, 60) || 'citeback'}.md`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  Object.assign(window.citeback, { exportConversation });
})();
