"""The configuration for Neovim in docs/editors.md, in a real Neovim without a screen."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, SEED, clean_text

NVIM = shutil.which("nvim")

# Waits for the finding, applies its preferred fix, and writes the findings before and after.
SESSION = """
local out = {}
local function codes()
  local found = {}
  for _, each in ipairs(vim.diagnostic.get(0)) do table.insert(found, each.source .. " " .. tostring(each.code)) end
  return found
end
local function wait(number) return vim.wait(10000, function() return #vim.diagnostic.get(0) == number end, 20) end
vim.cmd("filetype on")
vim.cmd("edit " .. vim.env.RECORD)
vim.bo.filetype = "markdown"
wait(1)
out.before = codes()
local place = vim.diagnostic.get(0)[1]
vim.api.nvim_win_set_cursor(0, { place.lnum + 1, place.col })
local params = vim.lsp.util.make_range_params()
params.context = { diagnostics = {} }
local answers = vim.lsp.buf_request_sync(0, "textDocument/codeAction", params, 10000)
for id, answer in pairs(answers) do
  for _, action in ipairs(answer.result) do
    if action.isPreferred then
      if not action.edit then
        action = vim.lsp.buf_request_sync(0, "codeAction/resolve", action, 10000)[id].result
      end
      vim.lsp.util.apply_workspace_edit(action.edit, vim.lsp.get_client_by_id(id).offset_encoding)
      break
    end
  end
end
wait(0)
out.after = codes()
out.text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\\n") .. "\\n"
local file = io.open(vim.env.OUT, "w")
file:write(vim.fn.json_encode(out))
file:close()
vim.cmd("qall!")
"""


@pytest.mark.slow
@pytest.mark.skipif(NVIM is None, reason="nvim is not installed")
def test_neovim_shows_a_finding_and_applies_its_fix(repository):
    page = (ROOT / "docs" / "editors.md").read_text(encoding="utf-8")
    (configuration,) = re.findall(r"```lua\n(.*?)```", page, re.DOTALL)
    script, out, record = repository / "session.lua", repository / "out.json", f"_figures/{SEED}.md"
    script.write_text(configuration + SESSION)
    (repository / record).write_text(clean_text().replace("publisher_name: MDPI", "publisher_name: ' MDPI'"), encoding="utf-8")
    environment = {**os.environ, "RECORD": record, "OUT": str(out), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    command = [NVIM, "--headless", "-u", "NONE", "-i", "NONE", "-c", f"luafile {script}"]
    subprocess.run(command, cwd=repository, env=environment, timeout=60, check=True, capture_output=True)
    seen = json.loads(out.read_text())
    assert len(seen["before"]) == 1
    assert seen["before"][0].startswith("pfocr-lint PF3")
    assert seen["after"] in ([], {})
    assert seen["text"] == clean_text()
