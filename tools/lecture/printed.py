"""The figures that the lecture prints or says: deep-learning lecture 17, MNIST and Fashion-MNIST.

Errors are means of an epoch's batch losses; accuracies are fractions of the 10,000 test images.
"""

EPOCHS = 10

MNIST = {
    "phase 1 MSE": {1: 0.192148, 2: 0.101477, 3: 0.077793, 4: 0.072500, 5: 0.070331, 6: 0.069073,
                    7: 0.068172, 8: 0.067428, 9: 0.066749, 10: 0.066085},
    "phase 2 MSE": {1: 0.076961, 2: 0.068355, 3: 0.067968, 4: 0.067785, 5: 0.067667, 6: 0.067580,
                    7: 0.067510, 8: 0.067450, 9: 0.067396, 10: 0.067343},
    "phase 3 NLL": {1: 2.044480, 2: 1.075002, 3: 0.637122, 4: 0.481663, 10: 0.30},
    "phase 3 test accuracy": {1: 0.5696, 2: 0.7867, 3: 0.8387, 4: 0.8837, 10: 0.9183, 11: 0.892},
}

# What the figure is not quite: (series, epoch) -> remark.
MNIST_REMARKS = {
    ("phase 3 NLL", 1): "read as 1.044480, surely a misread 2",
    ("phase 3 NLL", 10): "about",
    ("phase 3 test accuracy", 11): "first figure of the second run of the cell, \"892\"",
}

CLASSES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")

# After 20 epochs of phase 3.
MNIST_CLASSES = (0.98163265, 0.97533040, 0.93701550, 0.92970297, 0.93482688, 0.88004484, 0.95511482,
                 0.92217899, 0.91889117, 0.92566898)

MNIST_CLASSES_SAID = "about 93.7"  # their average

FASHION = {
    "phase 1 MSE": {10: 0.063},
    "phase 2 MSE": {1: 0.089},
    "phase 3 test accuracy": {1: 0.61, 2: 0.69},
}

FASHION_REMARKS = {
    ("phase 2 MSE", 1): "spoken as \"0.89\"",
}

# By this epoch of phase 2 the lecture's Fashion-MNIST error is below 0.063.
FASHION_BELOW_BY = 4
