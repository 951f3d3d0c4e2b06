"""What the model learned from and was tested on."""

import streamlit as st

from dashboard.artifacts import page_artifacts, sentences
from facespace.charts import data as charts

st.title("Data")
st.write("Who is in the photos, and who is missing: a model reads best what it saw most.")
with sentences():
    datasets = page_artifacts().json("dataset.json")["datasets"]

name = st.selectbox(
    "Data set",
    list(datasets),
    format_func=lambda key: datasets[key]["title"],
    key="dataset",
    bind="query-params",
)
data = datasets[name]
left_out = sum(data["left_out"].values())
with st.container(horizontal=True):
    st.metric("Photos used", f"{data['photos']:,}", border=True)
    st.metric("Left out", f"{left_out:,}", border=True)
    st.metric("Persons", f"{data['persons']:,}" if data["persons"] else "not known", border=True)
st.caption(f"Source: {data['source']}. Licence: {data['licence']}.")
for reason, number in data["left_out"].items():
    st.write(f"- {number:,} left out: {reason}")

DRAWN = {
    "split": ("Training and test", "split"),
    "age": ("Age", "age, years"),
    "race": ("Group, as the data set labels it", "group"),
}
columns = st.columns(2)
drawn = [(attribute, *DRAWN[attribute]) for attribute in DRAWN if data[attribute]]
for i, (attribute, title, axis) in enumerate(drawn):
    with columns[i % 2]:
        st.subheader(title)
        st.plotly_chart(
            charts.counts(data[attribute], axis),
            alt=f"{title}: photos labelled female and male. "
            + "; ".join(
                f"{value}: {row['female']} and {row['male']}"
                for value, row in data[attribute].items()
            ),
        )

SIZES = {"width": "Photo width", "height": "Photo height", "face": "Face size"}
columns = st.columns(3)
for column, (key, title) in zip(columns, SIZES.items(), strict=True):
    size = data["sizes"][key]
    with column:
        st.subheader(title)
        span = f"half of them between {size['p25']:.0f} and {size['p75']:.0f} pixels"
        st.plotly_chart(
            charts.histogram(size["edges"], size["counts"], "pixels"), alt=f"{title}: {span}"
        )
        st.caption(f"Median {size['median']:.0f} pixels, {span}.")
