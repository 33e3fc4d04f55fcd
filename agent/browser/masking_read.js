/* All that can be read in a document: texts in order, and what its fields hold (never a password's). */
() => {
  const texts = [], fields = [], marked = [];
  const walk = (root) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.nodeType === Node.TEXT_NODE) {
        if (node.data.trim() && !['SCRIPT', 'STYLE', 'TEXTAREA'].includes(node.parentElement?.tagName)) texts.push(node);
        continue;
      }
      if (node.predawnPersonal) marked.push(node);
      if (node.shadowRoot) walk(node.shadowRoot);
      if (node.matches('input, textarea, select')) fields.push(node);
    }
  };
  if (document.documentElement) walk(document.documentElement);
  const held = (e) => e.type === 'password' ? '' : e.tagName === 'SELECT' ? (e.selectedOptions[0]?.label ?? '') : e.value;
  return {nodes: {texts, fields, marked}, told: {texts: texts.map(node => node.data), fields: fields.map(held)}};
}
