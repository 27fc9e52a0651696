"""The two steps of steps.ts in PyTorch. Prints samples per second: torch_steps.py cnn|gru THREADS SECONDS"""
import sys
import time

import torch
from torch import nn

which, threads, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
torch.set_num_threads(threads)
torch.manual_seed(1)

if which == "cnn":
    layers, channels = [], 3
    for stage, width in enumerate([32, 64, 128]):
        if stage > 0:
            layers.append(nn.MaxPool2d(2))
        for _ in range(2):
            layers += [nn.Conv2d(channels, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
            channels = width
    model = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, 10))
    size, x, y = 64, torch.rand(64, 3, 32, 32), torch.randint(0, 10, (64,))
else:
    class Frames(nn.Module):
        def __init__(self):
            super().__init__()
            self.gru = nn.GRU(40, 256, 2)
            self.head = nn.Linear(256, 39)

        def forward(self, x):
            return self.head(self.gru(x)[0].reshape(-1, 256))

    model = Frames()
    size, x, y = 16, torch.rand(100, 16, 40), torch.randint(0, 39, (1600,))

optimiser = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
criterion = nn.CrossEntropyLoss()


def step():
    optimiser.zero_grad()
    criterion(model(x), y).backward()
    optimiser.step()


for _ in range(5):
    step()
times, start = [], time.perf_counter()
while time.perf_counter() - start < seconds:
    before = time.perf_counter()
    step()
    times.append(time.perf_counter() - before)
print(f"{size / sorted(times)[len(times) // 2]:.0f} (torch {torch.__version__})")
