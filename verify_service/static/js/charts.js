"use strict";
// Charts draw what the table beside them says, so that there is one source and everybody can read it.
(() => {
  const COLOURS = { good: "#1a7f4b", wait: "#8a94a6", act: "#b4381c", plain: "#2a5a9c" };
  const held = new Map();

  function read(table) {
    const heads = [...table.querySelectorAll("thead th")];
    const rows = [...table.querySelectorAll("tbody tr")].filter((row) => row.querySelector("[data-value]"));
    const label = (row) => (row.querySelector("[data-label]") || row.querySelector("th")).textContent.trim();
    const series = heads
      .map((head, column) => ({ head, column }))
      .filter(({ head }) => head.dataset.series)
      .map(({ head, column }) => ({
        label: head.textContent.trim(),
        backgroundColor: COLOURS[head.dataset.series],
        // a hidden count has no value: no bar, rather than one of nought
        data: rows.map((row) => (row.cells[column].dataset.value ? Number(row.cells[column].dataset.value) : null)),
      }));
    return { labels: rows.map(label).map(folded), datasets: series };
  }

  // A long label in lines of at most 18 characters, so that it is not cut on a phone.
  function folded(text) {
    const lines = [""];
    text.split(" ").forEach((word) => {
      const line = `${lines[lines.length - 1]} ${word}`.trim();
      if (line.length <= 18 || lines[lines.length - 1] === "") lines[lines.length - 1] = line;
      else lines.push(word);
    });
    return lines.length === 1 ? lines[0] : lines;
  }

  function draw(canvas) {
    const table = document.getElementById(canvas.dataset.table);
    if (!table) return;
    const data = read(table);
    const said = JSON.stringify(data);
    const drawn = held.get(canvas);
    if (drawn && drawn.said === said) return;
    if (drawn) {
      drawn.chart.data.labels = data.labels;
      data.datasets.forEach((one, i) => Object.assign(drawn.chart.data.datasets[i], one));
      drawn.said = said;
      drawn.chart.update();
      return;
    }
    const stacked = ["stacked", "stacked-columns"].includes(canvas.dataset.chart);
    const upright = canvas.dataset.chart.endsWith("columns");
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const chart = new Chart(canvas, {
      type: "bar",
      data,
      options: {
        indexAxis: upright ? "x" : "y",
        maintainAspectRatio: false,
        animation: still ? false : { duration: 400 },
        locale: document.documentElement.lang,
        plugins: { legend: { display: data.datasets.length > 1, position: "bottom" } },
        scales: {
          [upright ? "y" : "x"]: { stacked, beginAtZero: true, ticks: { precision: 0 } },
          [upright ? "x" : "y"]: { stacked, ticks: { autoSkip: upright } },
        },
      },
    });
    held.set(canvas, { chart, said });
  }

  window.drawCharts = () => {
    for (const canvas of held.keys()) {
      if (!canvas.isConnected) {
        held.get(canvas).chart.destroy();
        held.delete(canvas);
      }
    }
    document.querySelectorAll("canvas[data-chart]").forEach(draw);
  };
  window.drawCharts();
})();
