/* A page in a few lines: what there is, how it is called, never what a field holds. One line an element that a
 * person could name or a book could find; set in by depth. The words of what is personal are left out. */
({nodes}, [parts, struck]) => {
  const hidden = new Map(), personal = nodes.marked;
  for (const [text, from, to] of parts) {
    const node = nodes.texts[text], told = hidden.get(node) ?? node.data;
    hidden.set(node, told.slice(0, from) + struck.repeat(to - from) + told.slice(to));
  }
  const MOST = 800;
  const words = (text) => (text ?? '').replace(/\s+/g, ' ').trim();
  const own = (e) => words([...e.childNodes].filter(node => node.nodeType === Node.TEXT_NODE).map(node => hidden.get(node) ?? node.data).join(' ')).slice(0, 120);
  const lines = [];
  const walk = (e, depth) => {
    if (lines.length >= MOST || !(e instanceof Element) || e.matches('script, style, noscript, template, head')) return;
    const quiet = personal.some(each => each === e);
    const field = e.matches('input, select, textarea') || e.isContentEditable || quiet, shown = e.getClientRects().length > 0;
    if (e.matches('input[type=hidden]')) return;
    const marks = ['id', 'name', 'type', 'role', 'aria-label', 'placeholder', 'title', 'alt']
      .filter(name => e.getAttribute(name)).map(name => `${name}="${words(e.getAttribute(name)).slice(0, 80)}"`);
    const button = e.matches('input[type=submit], input[type=button], input[type=reset]');
    const said = quiet ? '' : button ? words(e.value) : field ? '' : own(e);
    const state = [field && e.disabled && 'disabled', field && e.readOnly && 'read-only', !shown && 'hidden', quiet && 'personal'].filter(Boolean);
    const tells = said || marks.length || e.matches('form, table, iframe, frame, fieldset, dialog');
    if (tells) lines.push(`${'  '.repeat(Math.min(depth, 12))}${e.localName}${marks.length ? ' ' + marks.join(' ') : ''}` +
      `${state.length ? ' [' + state.join(', ') + ']' : ''}${said ? ': ' + said : ''}`);
    if (field) return;
    for (const inner of (e.shadowRoot ?? e).children) walk(inner, tells ? depth + 1 : depth);
  };
  if (document.documentElement) walk(document.documentElement, 0);
  if (lines.length >= MOST) lines.push('…');
  return lines.join('\n');
}
