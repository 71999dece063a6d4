// Buttons that copy what stands in a block. Without scripts the text can be selected as ever.

for (const block of document.querySelectorAll(".copied")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = block.dataset.copy;
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  button.addEventListener("click", () => copy(block, said));
  block.append(button, said);
}

async function copy(block, said) {
  const code = block.querySelector("pre");
  said.textContent = "";
  try {
    await navigator.clipboard.writeText(code.textContent);
    said.textContent = block.dataset.done;
  } catch {
    // No clipboard on pages that came by plain HTTP: what is selected is copied by a key.
    getSelection().selectAllChildren(code);
  }
}
