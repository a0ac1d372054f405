"""
Libraries of Python at their defaults on one table: python tables_peer.py REQUEST.json, which names the file, the target, and for
each seed the rows to learn from and to judge by. Prints each peer's scores and seconds as JSON. What is done to the columns is
what their users do: numbers standardised for networks and linear models, missing ones as the mean, categories one-hot
(ordinal for trees), dates as days, month, weekday and hour; a time between two dates; columns of free text left out.
"""

import json
import sys
import time
import warnings

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import accuracy_score, r2_score
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

warnings.filterwarnings("ignore")
DATE = r"^\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?$"


def features(table):
    dates = {}
    for name in list(table.columns):
        text = table[name]
        if pd.api.types.is_numeric_dtype(text) and not pd.api.types.is_bool_dtype(text):
            continue
        known = text.dropna().astype(str)
        if len(known) and known.str.match(DATE).all():
            when = pd.to_datetime(table.pop(name))
            dates[name] = when
            table[f"{name} days"] = (when - pd.Timestamp("1970-01-01")) / pd.Timedelta("1D")
            table[f"{name} month"] = when.dt.month
            table[f"{name} weekday"] = when.dt.dayofweek
            if when.dt.hour.nunique() > 1:
                table[f"{name} hour"] = when.dt.hour + when.dt.minute / 60
            continue
        if known.nunique() > len(known) / 2:
            table = table.drop(columns=name)
        else:
            table[name] = text.astype(object).where(text.notna(), "missing").astype(str)
    names = list(dates)
    for i, first in enumerate(names):
        for second in names[i + 1 :]:
            table[f"{first} to {second}"] = (dates[second] - dates[first]) / pd.Timedelta("1min")
    return table


def columns(table):
    is_number = [pd.api.types.is_numeric_dtype(table[name]) for name in table]
    pick = lambda wanted: [name for name, own in zip(table.columns, is_number) if own == wanted]
    return pick(True), pick(False)


def scaled(table):
    numbers, categories = columns(table)
    return ColumnTransformer([
        ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), numbers),
        ("categories", OneHotEncoder(handle_unknown="ignore", sparse_output=False), categories),
    ])


def ordinal(table):
    numbers, categories = columns(table)
    return ColumnTransformer([
        ("numbers", "passthrough", numbers),
        ("categories", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), categories),
    ])


def peers(is_classes):
    found = {
        "scikit-learn MLP": (scaled, lambda seed: MLPClassifier(random_state=seed) if is_classes else MLPRegressor(random_state=seed)),
        "scikit-learn linear": (scaled, lambda seed: LogisticRegression(max_iter=1000) if is_classes else LinearRegression()),
        "scikit-learn boosting": (
            ordinal,
            lambda seed: HistGradientBoostingClassifier(random_state=seed) if is_classes else HistGradientBoostingRegressor(random_state=seed),
        ),
    }
    try:
        import xgboost

        found["XGBoost"] = (ordinal, lambda seed: xgboost.XGBClassifier(random_state=seed) if is_classes else xgboost.XGBRegressor(random_state=seed))
    except ImportError:
        pass
    try:
        import lightgbm

        found["LightGBM"] = (
            ordinal,
            lambda seed: lightgbm.LGBMClassifier(random_state=seed, verbose=-1) if is_classes else lightgbm.LGBMRegressor(random_state=seed, verbose=-1),
        )
    except ImportError:
        pass
    return found


def main(path):
    with open(path) as file:
        request = json.load(file)
    table = pd.read_csv(request["file"], na_values=["?"])
    is_classes = request["task"] == "classification"
    y = table.pop(request["target"])
    if is_classes:
        y = pd.Series(pd.factorize(y)[0])
    x = features(table.drop(columns=request["drop"]))
    results = {}
    for name, (prepare, model) in peers(is_classes).items():
        results[name] = []
        for seed, rows in zip(request["seeds"], request["parts"]):
            started = time.perf_counter()
            pipeline = make_pipeline(prepare(x), model(seed)).fit(x.iloc[rows["train"]], y.iloc[rows["train"]])
            seconds = time.perf_counter() - started
            said, truth = pipeline.predict(x.iloc[rows["test"]]), y.iloc[rows["test"]]
            score = accuracy_score(truth, said) if is_classes else r2_score(truth, np.asarray(said))
            results[name].append({"score": float(score), "seconds": seconds})
    print(json.dumps(results))


main(sys.argv[1])
