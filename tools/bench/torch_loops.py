"""The runs that strata is timed beside, in PyTorch, written well: images as floats in memory, batches by
index_select, gradients set to none, nothing read back within an epoch, all cores, and a test pass an epoch.

usage: torch_loops.py phase NUMBER BATCH DTYPE STEPS EPOCHS   prints the seconds of each epoch
       torch_loops.py run NAME DTYPE                        runs an experiment from its start to its figures

The variables MNIST and FASHION_MNIST name the folders of the data sets.
"""

import gzip
import math
import os
import sys
import time
from pathlib import Path

import numpy
import torch
from torch import nn
from torch.nn import functional as F

def idx(folder, name, header):
    path = Path(folder) / name
    raw = path.read_bytes() if path.exists() else gzip.open(f"{path}.gz").read()
    return torch.from_numpy(numpy.frombuffer(raw, numpy.uint8, offset=header).copy())


def load(dataset, dtype):
    """Images as rows and labels, of the training and of the test set."""
    parts, folder = [], os.environ[dataset.upper()]
    for part in ("train", "t10k"):
        images = idx(folder, f"{part}-images-idx3-ubyte", 16).reshape(-1, 784)
        parts.append((images.to(dtype) / 255, idx(folder, f"{part}-labels-idx1-ubyte", 8).long()))
    return parts


def layers(sizes, activation, last):
    """Linear layers with an activation after each, `last` after the last."""
    modules = []
    for k in range(1, len(sizes)):
        modules += [nn.Linear(sizes[k - 1], sizes[k]), activation() if k + 1 < len(sizes) else last()]
    return nn.Sequential(*modules)


def fit(model, parameters, loss_of, x, target, optimizer, batch, epochs, test=None, spoil=None, rate=None, steps=None):
    """Trains `model`, yielding each epoch's seconds; `test` is measured after each epoch."""
    count = len(x) if steps is None else min(len(x), steps * batch)
    for epoch in range(epochs):
        begin = time.perf_counter()
        order = torch.randperm(len(x))[:count]
        losses = []
        for k, index in enumerate(order.split(batch)):
            if rate is not None:
                for group in optimizer.param_groups:
                    group["lr"] = rate(epoch + k * batch / count)
            inputs = x.index_select(0, index)
            aims = inputs if target is x else target.index_select(0, index)
            loss = loss_of(model, spoil(inputs) if spoil else inputs, aims)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
        torch.stack(losses).mean().item()
        seconds = time.perf_counter() - begin
        if test is not None:
            with torch.no_grad():
                for at in range(0, len(test[0]), 1000):
                    loss_of(model, test[0][at:at + 1000], test[1][at:at + 1000]).item()
        yield seconds


def mse(model, x, target):
    return F.mse_loss(model(x), target)


def bce(model, x, target):
    return F.binary_cross_entropy(model(x), target)


def nll(model, x, target):
    return F.nll_loss(model(x), target)


def sgd(parameters, **settings):
    return torch.optim.SGD(parameters, **settings)


def log_softmax():
    return nn.LogSoftmax(1)


def whole(*arguments, **settings):
    """A stage of a run: all its epochs."""
    for _ in fit(*arguments, **settings):
        pass


def phase(number, batch, dtype, steps, epochs):
    (x, labels), _ = load("fashion_mnist", dtype)
    if number == 3:
        model, loss, target, lr = layers([784, 400, 256, 10], nn.Tanh, log_softmax), nll, labels, 0.1
    else:
        sizes = [784, 400, 784] if number == 1 else [784, 400, 256, 400, 784]
        model, loss, target, lr = layers(sizes, nn.Tanh, nn.Sigmoid), mse, x, 0.98
    model = model.to(dtype)
    for seconds in fit(model, None, loss, x, target, sgd(model.parameters(), lr=lr), batch, epochs, steps=steps):
        print(seconds, flush=True)


def classify(encoder, units, train, test, optimizer, batch, epochs, dtype):
    head = nn.Sequential(encoder, nn.Linear(units, 10), log_softmax()).to(dtype)
    whole(head, None, nll, train[0], train[1], optimizer(head.parameters()), batch, epochs, test)


def greedy(dataset, dtype, batch, pretrain_epochs, classify_epochs, train_new):
    """Two pairs, each added and trained; `train_new`: alone, on the codes of the one before."""
    train, test = load(dataset, dtype)
    encoders = [layers([784, 400], nn.Tanh, nn.Tanh).to(dtype), layers([400, 256], nn.Tanh, nn.Tanh).to(dtype)]
    decoders = [layers([400, 784], nn.Tanh, nn.Sigmoid).to(dtype), layers([256, 400], nn.Tanh, nn.Tanh).to(dtype)]
    x, tested = train[0], test[0]
    for k in range(2):
        if train_new and k == 1:
            with torch.no_grad():
                x, tested = encoders[0](x), encoders[0](tested)
        model = nn.Sequential(encoders[k], decoders[k])
        if not train_new and k == 1:
            model = nn.Sequential(encoders[0], encoders[1], decoders[1], decoders[0])
        whole(model, None, mse, x, x, sgd(model.parameters(), lr=0.98), batch, pretrain_epochs, (tested, tested))
    classify(nn.Sequential(*encoders), 256, train, test, lambda p: sgd(p, lr=0.1), batch, classify_epochs, dtype)


def lecture(dtype):
    greedy("mnist", dtype, 1000, 10, 10, False)


def quickstart(dtype):
    greedy("fashion_mnist", dtype, 100, 2, 3, True)


def denoising(dtype):
    train, test = load("mnist", dtype)
    encoder = layers([784, 500], nn.Sigmoid, nn.Sigmoid)
    model = nn.Sequential(encoder, layers([500, 784], nn.Sigmoid, nn.Sigmoid))
    whole(model, None, bce, train[0], train[0], torch.optim.Adam(model.parameters()), 100, 10, (test[0], test[0]),
          spoil=lambda x: x * (torch.rand_like(x) >= 0.3))
    classify(encoder, 500, train, test, lambda p: sgd(p, lr=0.1, momentum=0.5), 100, 10, dtype)


def sparse(dtype):
    train, test = load("mnist", dtype)
    encoder = layers([784, 400], nn.Sigmoid, nn.Sigmoid)
    decoder = layers([400, 784], nn.Sigmoid, nn.Sigmoid)
    p = 0.05

    def loss(_, x, target):
        code = encoder(x)
        q = code.mean(0)
        divergence = (p * (math.log(p) - q.log()) + (1 - p) * (math.log(1 - p) - (1 - q).log())).sum()
        return F.mse_loss(decoder(code), target) + 0.0005 * divergence

    model = nn.Sequential(encoder, decoder)
    whole(model, None, loss, train[0], train[0], torch.optim.Adam(model.parameters()), 100, 10, (test[0], test[0]))
    with torch.no_grad():  # the head alone trains: the codes are computed once
        train, test = [(encoder(x), labels) for x, labels in (train, test)]
    head = nn.Sequential(nn.Linear(400, 10), log_softmax())
    whole(head, None, nll, train[0], train[1], torch.optim.Adam(head.parameters(), lr=0.002), 100, 10, test)


class Tied(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder, self.bias = encoder, nn.Parameter(torch.zeros(784))

    def forward(self, x):
        return torch.sigmoid(F.linear(self.encoder(x), self.encoder[0].weight.t(), self.bias))


def tied(dtype):
    train, test = load("mnist", dtype)
    encoder = layers([784, 256], nn.Sigmoid, nn.Sigmoid)
    model = Tied(encoder)
    whole(model, None, bce, train[0], train[0], sgd(model.parameters(), lr=0.5, momentum=0.9), 100, 10,
          (test[0], test[0]))
    classify(encoder, 256, train, test, lambda p: sgd(p, lr=0.1, momentum=0.5), 100, 10, dtype)


def deep(dtype):
    (x, _), test = load("mnist", dtype)
    x, held_out = x[:50000], x[50000:]
    model = nn.Sequential(layers([784, 1000, 500, 250, 30], nn.Sigmoid, nn.Identity),
                          layers([30, 250, 500, 1000, 784], nn.Sigmoid, nn.Sigmoid))
    for layer in model.modules():
        if isinstance(layer, nn.Linear):
            nn.init.xavier_uniform_(layer.weight, gain=4)
    epochs = DEEP_EPOCHS

    def rate(t):
        return 0.001 * t if t < 1 else 0.0005 * (1 + math.cos(math.pi * (t - 1) / (epochs - 1)))

    both = (torch.cat([held_out, test[0]]),) * 2  # measured after each epoch
    whole(model, None, bce, x, x, torch.optim.Adam(model.parameters()), 100, epochs, both, rate=rate)


DEEP_EPOCHS = 4  # of its 30, in which nothing else happens


def convolutional(dtype):
    train, test = [(x.view(-1, 1, 28, 28), labels) for x, labels in load("mnist", dtype)]
    encoder = nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                            nn.Conv2d(16, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
    decoder = nn.Sequential(nn.Upsample(scale_factor=2), nn.ConvTranspose2d(8, 16, 3, padding=1), nn.ReLU(),
                            nn.Upsample(scale_factor=2), nn.ConvTranspose2d(16, 1, 3, padding=1), nn.Sigmoid())
    model = nn.Sequential(encoder, decoder)
    whole(model, None, mse, train[0], train[0], torch.optim.Adam(model.parameters(), lr=0.002), 100, 1,
          (test[0], test[0]))
    head = nn.Sequential(encoder, nn.Flatten(), nn.Dropout(0.3), nn.Linear(392, 10), log_softmax())
    optimizer = torch.optim.Adam(head.parameters(), lr=0.002)
    whole(head, None, nll, train[0], train[1], optimizer, 100, 1, test)


def main():
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    if sys.argv[1] == "phase":
        number, batch, dtype, steps, epochs = sys.argv[2:]
        phase(int(number), int(batch), getattr(torch, dtype), int(steps), int(epochs))
    else:
        globals()[sys.argv[2]](getattr(torch, sys.argv[3]))


if __name__ == "__main__":
    main()
