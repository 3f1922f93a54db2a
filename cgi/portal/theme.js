// The chosen theme, before anything is drawn; without a choice the system's applies.
try {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch { /* a page of another site may have no storage */ }
